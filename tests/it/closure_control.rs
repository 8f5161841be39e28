//! Who controls a closure's call while it runs: its handle, `restart_after`, `cancel`, `sleep` and `attempt_timeout`.

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::io;
use std::time::Duration;

use reattempt::{AttemptTimeout, Call, GiveUpReason, Jitter, Policy, testing};
use tokio_util::sync::CancellationToken;

use crate::support::{Down, explained, finish, forms, secs};

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);
const SECOND: Duration = Duration::from_secs(1);

/// Makes a call by each form that has a handle.
macro_rules! with_handle {
    ($policy:expr, $operation:expr; $($steps:tt)*) => {{
        let operation = $operation;
        [
            $policy.retry_with(|call: &Call| operation(call)) $($steps)* .run_or_explain(),
            finish($policy.retry_async_with(|call| async move { operation(&call) }) $($steps)* .run_or_explain()),
        ]
    }};
}

#[test]
fn the_handle_counts_attempts() {
    let _guard = testing::no_wait();
    let seen = &RefCell::new(Vec::new());
    let operation = |call: &Call| {
        seen.borrow_mut().push((call.attempt(), call.is_last()));
        Err::<(), _>("down")
    };
    for result in with_handle!(POLICY, operation;) {
        assert_eq!(result.unwrap_err().attempts(), 3);
    }
    assert_eq!(seen.take(), [(1, false), (2, false), (3, true)].repeat(2));
}

#[test]
fn the_handle_stops_restarts_and_hints() {
    let guard = testing::no_wait();
    let stops = |call: &Call| {
        call.stop();
        Err::<(), _>("down")
    };
    for result in with_handle!(POLICY, stops;) {
        assert_eq!(result.unwrap_err().reason(), GiveUpReason::Stopped);
    }
    let refused = |call: &Call| {
        call.stop();
        Ok::<_, Down>(1)
    };
    for result in with_handle!(POLICY, refused; .retry_ok(|_| true)) {
        assert_eq!(result.unwrap(), 1, "a stopped success is a success");
    }
    assert_eq!(guard.delays(), []);
    let starts = &Cell::new(0);
    let restarts = |call: &Call| {
        starts.set(starts.get() + 1);
        if starts.get() % 4 == 2 {
            call.restart();
            call.hint(9 * SECOND);
        }
        Err::<(), _>("down")
    };
    for result in with_handle!(POLICY, restarts;) {
        assert_eq!(result.unwrap_err().attempts(), 4);
    }
    assert_eq!(guard.delays(), secs([1, 9, 2].repeat(2)));
}

#[test]
fn a_long_attempt_starts_the_call_anew() {
    let guard = testing::no_wait();
    let attempts = Cell::new(0);
    let session = || {
        attempts.set(attempts.get() + 1);
        guard.advance(if attempts.get() % 4 == 2 { 100 * SECOND } else { SECOND });
        Err::<(), _>("closed")
    };
    let results = explained!(POLICY, session; .restart_after(60 * SECOND).name("session"));
    for (result, attempts) in results.into_iter().zip([4, 4, 4, 4, 4]) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, attempts));
    }
    assert_eq!(guard.delays(), secs([1, 1, 2].repeat(5)));
}

#[test]
fn a_function_cancels_a_blocking_call() {
    for (end, attempts, waits) in [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (5, 2, 1), (6, 2, 2)] {
        let guard = testing::no_wait();
        let asked = Cell::new(0_u32);
        let cancel = |wait: Duration| {
            assert!(wait.is_zero(), "a test waits for nothing");
            asked.set(asked.get() + 1);
            asked.get() == end
        };
        let call = const { &POLICY.max(9) }.retry(|| Err::<(), _>("down")).cancel(cancel);
        let error =
            call.on_retry(|event| assert_eq!(event.attempt(), asked.get().div_ceil(3))).run_or_explain();
        let error = error.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, attempts), "at {end}");
        assert_eq!((guard.delays().len(), error.into_last()), (waits, Some("down")), "at {end}");
    }
    assert_eq!(POLICY.retry(|| Ok::<_, Down>(1)).cancel(|_| true).run(), Ok(1), "attempt 1 always runs");
    assert_eq!(POLICY.retry(|| Ok::<_, Down>(1)).cancel(|_| true).retry_ok(|_| true).run(), Ok(1));
}

#[test]
fn what_a_function_leaves_of_a_wait_is_slept() {
    let slept = Cell::new(Duration::ZERO);
    let policy = POLICY.base(20 * SECOND);
    let call = policy.retry(|| Err::<(), _>("down")).cancel(|_| false);
    assert_eq!(call.sleep(|wait| slept.set(slept.get() + wait)).run(), Err("down"));
    assert!(slept.get() > 40 * SECOND && slept.get() <= 60 * SECOND, "{slept:?}");
}

#[test]
fn a_future_cancels_an_async_call() {
    for (end, attempts, waits) in [(1, 1, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (5, 2, 1), (6, 2, 2)] {
        let guard = testing::no_wait();
        // It is polled after a failure, at the start of a wait, and when the wait is polled again.
        let polls = Cell::new(0);
        let cancel = || {
            polls.set(0);
            std::future::poll_fn(|_| {
                polls.set(polls.get() + 1);
                assert!(polls.get() <= end, "it is not polled after its end");
                if polls.get() == end { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
        };
        let policy = POLICY.max(9);
        for result in [
            finish(policy.retry_async(async || Err::<(), _>("down")).cancel(cancel()).run_or_explain()),
            finish(policy.retry_async_mut(async || Err::<(), _>("down")).cancel(cancel()).run_or_explain()),
        ] {
            let error = result.unwrap_err();
            assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, attempts), "at {end}");
            assert_eq!(error.into_last(), Some("down"));
        }
        assert_eq!(guard.delays().len(), 2 * waits, "at {end}");
    }
    assert_eq!(finish(POLICY.retry_async(|| ready(Ok::<_, Down>(1))).cancel(ready(()))), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_a_wait_at_once() {
    let token = CancellationToken::new();
    let stop = async {
        tokio::time::sleep(SECOND / 2).await;
        token.cancel();
    };
    let start = tokio::time::Instant::now();
    let call = POLICY.retry_async(async || Err::<(), _>(Down(1))).cancel(token.cancelled()).run_or_explain();
    let (result, ()) = tokio::join!(call, stop);
    assert_eq!(result.unwrap_err().reason(), GiveUpReason::Cancelled);
    assert_eq!(start.elapsed(), SECOND / 2);
}

#[test]
fn a_cancelled_call_withdraws_nothing_and_calls_no_hook_of_a_retry() {
    static BUDGET: reattempt::RetryBudget = reattempt::RetryBudget::new();
    let _guard = testing::no_wait();
    let full = BUDGET.balance();
    let fail = || Err::<(), _>(Down(1));
    let call = POLICY.retry(fail).budget(&BUDGET).on_retry(|_| panic!("there is no retry"));
    assert_eq!(call.cancel(|_| true).run(), Err(Down(1)));
    let call = POLICY.retry_async(async || fail()).budget(&BUDGET).on_retry(|_| panic!("there is no retry"));
    assert_eq!(finish(call.cancel(ready(()))), Err(Down(1)));
    assert_eq!(BUDGET.balance(), full);
}

#[test]
fn waits_are_made_by_a_function() {
    let slept = RefCell::new(Vec::new());
    let sleep = |wait| slept.borrow_mut().push(wait);
    assert_eq!(POLICY.retry(|| Err::<(), _>(1)).sleep(sleep).run(), Err(1));
    let sleep = async |wait| slept.borrow_mut().push(wait);
    assert_eq!(finish(POLICY.retry_async(async || Err::<(), _>(1)).sleep(sleep)), Err(1));
    assert_eq!(finish(POLICY.retry_async_mut(async || Err::<(), _>(1)).sleep(sleep).run()), Err(1));
    assert_eq!(slept.take(), secs([1, 2, 1, 2, 1, 2]));
    let guard = testing::no_wait();
    assert_eq!(finish(POLICY.retry_async(async || Err::<(), _>(1)).sleep(sleep)), Err(1));
    assert_eq!((guard.delays(), slept.take()), (secs([1, 2]), vec![]));
}

/// Makes a call with a limit on its attempts by each async form.
macro_rules! limited {
    ($operation:expr; $($steps:tt)*) => {{
        let operation = $operation;
        [
            POLICY.retry_async(operation) $($steps)* .run_or_explain().await,
            POLICY.retry_async_with(|_| operation()) $($steps)* .run_or_explain().await,
            POLICY.retry_async_mut(operation) $($steps)* .run_or_explain().await,
        ]
    }};
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_runs_too_long_fails() {
    let never = || pending::<io::Result<()>>();
    let start = tokio::time::Instant::now();
    for result in limited!(never; .attempt_timeout(5 * SECOND).retryable()) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
        assert_eq!(error.elapsed(), 18 * SECOND);
        assert_eq!(error.into_last().unwrap().kind(), io::ErrorKind::TimedOut);
    }
    assert_eq!(start.elapsed(), 3 * 18 * SECOND);
    for result in limited!(never; .on::<AttemptTimeout>().attempt_timeout(SECOND)) {
        assert_eq!(result.unwrap_err().attempts(), 3);
    }
    for result in limited!(never; .attempt_timeout(SECOND).unless::<AttemptTimeout>()) {
        assert_eq!(result.unwrap_err().attempts(), 1);
    }
    for result in limited!(|| ready(Ok::<_, io::Error>(7)); .attempt_timeout(SECOND).restart_after(SECOND)) {
        assert_eq!(result.unwrap(), 7);
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_ends_at_the_deadline_and_by_the_functions_own_timer() {
    let policy = POLICY.deadline(8 * SECOND);
    let start = tokio::time::Instant::now();
    let call = policy.retry_async(pending::<io::Result<()>>).attempt_timeout(5 * SECOND);
    assert_eq!(call.await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(start.elapsed(), 8 * SECOND);
    let timers = RefCell::new(Vec::new());
    let sleep = |time| {
        timers.borrow_mut().push(time);
        ready(())
    };
    let call = POLICY.retry_async(pending::<io::Result<()>>).sleep(sleep).attempt_timeout(5 * SECOND);
    assert!(call.await.is_err());
    let call = POLICY.retry_async(pending::<io::Result<()>>).attempt_timeout(5 * SECOND).sleep(sleep);
    assert!(call.await.is_err());
    assert_eq!(timers.take(), secs([5, 1, 5, 2, 5].repeat(2)));
}

#[test]
fn a_call_that_has_ended_is_not_polled_again() {
    let mut call = Box::pin(POLICY.retry_async(|| ready(Ok::<_, Down>(1))));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_ready());
    let again = std::panic::AssertUnwindSafe(|| call.as_mut().poll(&mut context));
    assert!(std::panic::catch_unwind(again).is_err());
}

#[test]
fn handles_need_no_policy_of_their_own() {
    let _guard = testing::no_wait();
    assert_eq!(forms!(POLICY, || Err::<(), _>(1); .restart_after(SECOND).log_after(1)), [Err(1); 5]);
}
