//! Calls of closures: what happens to errors, limits, waits and copies, whichever form the closure has.

mod debug;
#[cfg(feature = "fleet")]
mod fleet;
mod needs;
#[cfg(feature = "tracing")]
mod spans;

use core::cell::{Cell, RefCell};
use core::future::{Future, pending, ready};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::{
    Call, CircuitBreaker, CircuitOpen, CircuitState, GiveUpReason, Hedge, Jitter, Policy, RetryBudget,
    testing,
};

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);
const SECOND: Duration = Duration::from_secs(1);

/// An error, or the refusal of a breaker.
#[derive(Debug, PartialEq)]
enum Failed {
    Down,
    Refused,
}

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Failed {
        Failed::Refused
    }
}

/// Polls a future up to a hundred times. Its timers are always over.
fn poll<F: Future>(future: F) -> Poll<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = (0..100).map(|_| future.as_mut().poll(&mut context));
    polls.find(Poll::is_ready).unwrap_or(Poll::Pending)
}

/// A hedge with a copy for each call.
fn hedge() -> Hedge {
    Hedge::after(SECOND).extra_load(1.0)
}

#[test]
fn the_error_is_dropped_before_the_wait_if_the_call_cannot_end_in_it() {
    let budget = RetryBudget::new();
    for is_paid in [false, true] {
        let last = RefCell::new(std::rc::Weak::new());
        let fail = || {
            let error = Rc::new(());
            *last.borrow_mut() = Rc::downgrade(&error);
            Err::<(), _>(error)
        };
        let waits = Cell::new(0);
        let sleep = |_| {
            waits.set(waits.get() + 1);
            assert!(last.borrow().upgrade().is_none(), "paid: {is_paid}");
        };
        let call = POLICY.retry(fail).on_retry(|_| ()).sleep(sleep);
        let result = if is_paid { call.budget(&budget).run() } else { call.run() };
        assert!(result.is_err());
        assert_eq!(waits.get(), 2);
    }
}

#[test]
fn the_function_that_sleeps_is_called_wherever_it_stands_among_the_steps() {
    let slept = RefCell::new(Vec::new());
    let fail = || Err::<(), _>("down");
    let sleep = |time| slept.borrow_mut().push(time);
    assert!(POLICY.retry(fail).sleep(sleep).when(|_| true).run().is_err());
    assert!(POLICY.retry(fail).when(|_| true).sleep(sleep).run().is_err());
    assert_eq!(slept.take(), [SECOND, 2 * SECOND].repeat(2));
    let unused = |_| panic!("the later step replaces it");
    assert!(POLICY.retry(fail).sleep(unused).sleep(sleep).run().is_err());
    assert_eq!(slept.take(), [SECOND, 2 * SECOND]);
}

#[test]
fn a_timeout_is_a_failure_for_the_breaker_even_if_it_is_not_retried() {
    let never = pending::<io::Result<()>>;
    let breaker = CircuitBreaker::new().consecutive_failures(1);
    let call = POLICY.retry_async(never).sleep(|_| ready(())).attempt_timeout(SECOND).when(|_| false);
    assert!(matches!(poll(call.breaker(&breaker)), Poll::Ready(Err(_))));
    assert_eq!(breaker.state(), CircuitState::Open);
    let breaker = CircuitBreaker::new().consecutive_failures(1);
    let fail = async || Err::<(), _>(io::Error::other("bad request"));
    let call = POLICY.retry_async(fail).sleep(|_| ready(())).attempt_timeout(SECOND).when(|_| false);
    assert!(matches!(poll(call.breaker(&breaker)), Poll::Ready(Err(_))));
    assert_eq!(breaker.state(), CircuitState::Closed, "a permanent error is none");
}

#[test]
fn an_attempt_has_no_more_time_than_the_deadline_leaves() {
    let _guard = testing::no_wait();
    let policy = POLICY.max(1).base(Duration::ZERO).deadline(10 * SECOND);
    let times = RefCell::new(Vec::new());
    let sleep = |time| {
        times.borrow_mut().push(time);
        ready(())
    };
    let never = pending::<io::Result<()>>;
    let call = policy.retry_async(never).sleep(sleep).attempt_timeout(60 * SECOND);
    assert!(poll(call).is_ready());
    let call = policy.retry_async_mut(never).sleep(sleep).attempt_timeout(60 * SECOND);
    assert!(poll(call.run()).is_ready());
    assert_eq!(times.take(), [10 * SECOND; 2]);
}

#[test]
fn a_budget_and_a_closed_breaker_allow_copies() {
    let (budget, breaker) = (RetryBudget::new(), CircuitBreaker::new());
    let calls = Cell::new(0);
    let first_is_lost = || {
        calls.set(calls.get() + 1);
        let is_first = calls.get() == 1;
        async move {
            if is_first {
                pending::<()>().await;
            }
            Ok::<_, Failed>(())
        }
    };
    let call = POLICY.retry_async(first_is_lost).sleep(|_| ready(()));
    let hedge = hedge();
    assert_eq!(poll(call.hedge(&hedge).budget(&budget).breaker(&breaker)), Poll::Ready(Ok(())));
    assert_eq!(calls.get(), 2);
}

#[test]
fn a_copy_that_stops_the_call_ends_the_attempt() {
    let tries = AtomicU32::new(0);
    let try_once = |call: Arc<Call>| {
        let is_copy = tries.fetch_add(1, Relaxed) > 0;
        async move {
            if !is_copy {
                pending::<()>().await;
            }
            call.stop();
            Err::<(), _>("gone")
        }
    };
    let hedge = hedge();
    let call = POLICY.retry_async_with(try_once).sleep(|_| ready(())).hedge(&hedge);
    let Poll::Ready(result) = poll(call.log_errors().run_or_explain()) else { panic!("a try runs on") };
    assert_eq!(result.unwrap_err().reason(), GiveUpReason::Stopped);
}

#[test]
fn hooks_of_rules_receive_the_ends_of_all_calls() {
    let _guard = testing::no_wait();
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (ends, successes) = (Arc::clone(&told), Arc::clone(&told));
    let rules = POLICY
        .rules::<&str>()
        .on_give_up(move |event| ends.lock().unwrap().push((event.attempt(), event.error().copied())))
        .on_success(move |event| successes.lock().unwrap().push((event.attempt(), None)))
        .boxed();
    assert!(rules.run(|| Err::<(), _>("down")).is_err());
    let attempts = Cell::new(0);
    let second = || {
        attempts.set(attempts.get() + 1);
        if attempts.get() == 2 { Ok(7) } else { Err("busy") }
    };
    assert_eq!(rules.run(second), Ok(7));
    assert_eq!(*told.lock().unwrap(), [(3, Some("down")), (2, None)]);
}
