//! Hedged attempts of a closure's call, on a paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reattempt::{CircuitBreaker, GiveUpReason, Hedge, Jitter, Policy, testing};
use tokio::time::{Instant, sleep};

use crate::support::{Down, assert_send};

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);
const ONCE: Policy = Policy::new().max(1);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A hedge with a copy for each call, after 50 ms.
fn hedge() -> Hedge {
    Hedge::after(millis(50)).extra_load(1.0)
}

/// Answers with the number of the call: the first one after 5 s, the others after 20 ms.
async fn slow_at_first(calls: &AtomicU32) -> Result<u32, Down> {
    let call = calls.fetch_add(1, Relaxed) + 1;
    sleep(millis(if call == 1 { 5000 } else { 20 })).await;
    Ok(call)
}

#[tokio::test(start_paused = true)]
async fn the_copy_of_a_slow_attempt_answers() {
    let (hedge, calls, start) = (hedge(), AtomicU32::new(0), Instant::now());
    let call = POLICY.retry_async(|| slow_at_first(&calls)).hedge(&hedge);
    assert_eq!(assert_send(call).await, Ok(2));
    assert_eq!(start.elapsed(), millis(70));
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_once_has_no_copy() {
    let (hedge, calls) = (hedge(), AtomicU32::new(1));
    for call in 2..10 {
        assert_eq!(POLICY.retry_async(|| slow_at_first(&calls)).hedge(&hedge).await, Ok(call));
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_that_lends_none_has_no_effect() {
    let (calls, start) = (AtomicU32::new(0), Instant::now());
    let none: Option<Arc<Hedge>> = None;
    assert_eq!(POLICY.retry_async(|| slow_at_first(&calls)).hedge(&none).await, Ok(1));
    assert_eq!(start.elapsed(), millis(5000));
}

#[tokio::test(start_paused = true)]
async fn each_copy_has_a_handle_of_its_own() {
    let (hedge, calls) = (hedge(), AtomicU32::new(0));
    let attempt = |call: Arc<reattempt::Call>| {
        let calls = &calls;
        async move {
            let number = calls.fetch_add(1, Relaxed);
            if number == 0 {
                call.stop();
                sleep(millis(60)).await;
            } else {
                sleep(millis(20)).await;
            }
            Err::<u32, _>(Down(number))
        }
    };
    // The first try fails at 60 ms and has stopped the call. The copy's failure at 70 ms does not count any more.
    let call = POLICY.retry_async_with(attempt).hedge(&hedge).log_errors();
    let error = assert_send(call).run_or_explain().await.unwrap_err();
    assert_eq!((error.reason(), error.attempts(), calls.load(Relaxed)), (GiveUpReason::Stopped, 1, 2));
    assert_eq!(error.into_last(), Some(Down(0)));
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_an_attempt_includes_its_copies_in_any_order_of_the_steps() {
    let never = async || {
        std::future::pending::<()>().await;
        Ok::<u32, std::io::Error>(0)
    };
    for is_limited_first in [true, false] {
        let (hedge, start) = (hedge(), Instant::now());
        let call = ONCE.retry_async(never);
        let result = if is_limited_first {
            call.attempt_timeout(millis(80)).hedge(&hedge).await
        } else {
            call.hedge(&hedge).attempt_timeout(millis(80)).await
        };
        assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed(), millis(80), "limited first: {is_limited_first}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_steps_decide_whether_a_result_ends_the_attempt() {
    // The first try fails or answers after 60 ms, its copy after 70 ms.
    async fn two_tries(calls: &AtomicU32, first: Result<u32, &'static str>) -> Result<u32, &'static str> {
        let is_first = calls.fetch_add(1, Relaxed) == 0;
        sleep(millis(if is_first { 60 } else { 20 })).await;
        if is_first { first } else { Ok(2) }
    }
    for (first, expected, after) in
        [(Err("busy"), Ok(2), 70), (Err("gone"), Err("gone"), 60), (Ok(0), Ok(2), 70), (Ok(1), Ok(1), 60)]
    {
        let (hedge, calls, start) = (hedge(), AtomicU32::new(0), Instant::now());
        let call = POLICY
            .retry_async(|| two_tries(&calls, first))
            .hedge(&hedge)
            .when(|error| *error == "busy")
            .retry_ok(|value| *value == 0);
        assert_eq!((call.await, start.elapsed()), (expected, millis(after)), "{first:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hint_ends_hedging() {
    let (hedge, calls, start) = (hedge(), AtomicU32::new(0), Instant::now());
    let _guard = testing::no_wait();
    let attempt = || async {
        if calls.fetch_add(1, Relaxed) == 0 {
            return Err("busy");
        }
        sleep(millis(500)).await;
        Ok(1)
    };
    let call = POLICY.retry_async(attempt).hedge(&hedge).retry_after(|_| Some(Duration::ZERO));
    assert_eq!(call.await, Ok(1));
    assert_eq!((calls.load(Relaxed), start.elapsed()), (2, millis(500)));
}

#[tokio::test(start_paused = true)]
async fn no_copy_starts_while_the_circuit_lets_a_trial_through() {
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(millis(1));
    let (hedge, calls, start) = (hedge(), AtomicU32::new(0), Instant::now());
    let failing = ONCE.retry_async(async || Err::<u32, _>(std::io::Error::other("down")));
    assert!(failing.retryable().breaker(&breaker).await.is_err());
    tokio::time::advance(millis(1)).await;
    let slow = || async { slow_at_first(&calls).await.map_err(std::io::Error::other) };
    assert_eq!(POLICY.retry_async(slow).hedge(&hedge).breaker(&breaker).await.unwrap(), 1);
    assert_eq!(start.elapsed(), millis(5001));
    assert_eq!(breaker.state(), reattempt::CircuitState::Closed);
}
