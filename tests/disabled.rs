//! Retries that are disabled for the whole process: so here is a process for it, in which one test runs at a time.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::ops::ControlFlow::{Break, Continue};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::{
    GiveUpReason, Jitter, Policy, RetryBudget, RetryError, Throttle, is_enabled, retry, set_enabled, testing,
};

/// Lets one test run at a time, and enables retries again when it ends, also by a panic.
struct Alone {
    _lock: MutexGuard<'static, ()>,
}

impl Alone {
    fn new() -> Alone {
        static ALONE: Mutex<()> = Mutex::new(());
        Alone { _lock: ALONE.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    fn disabled() -> Alone {
        let alone = Alone::new();
        set_enabled(false);
        alone
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        set_enabled(true);
    }
}

/// Drives a future to its end.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

const POLICY: Policy = Policy::new().max(4).base(Duration::ZERO).jitter(Jitter::None);

fn fail(calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    Err("down".to_owned())
}

#[retry(max = 4, base = "0s")]
fn blocking(calls: &mut u32) -> Result<(), String> {
    fail(calls)
}

#[retry(base = "0s", unlimited, deadline = "1h", jitter = decorrelated)]
fn timed(calls: &mut u32) -> Result<(), String> {
    assert!(*calls < 4, "the retries do not end");
    fail(calls)
}

#[retry(max = 4, base = "0s")]
async fn asynchronous(calls: &mut u32) -> Result<(), String> {
    fail(calls)
}

#[retry(policy = POLICY, error = String)]
fn explained(calls: &mut u32) -> Result<(), RetryError<String>> {
    fail(calls)
}

#[retry(policy = POLICY, fallback = |_| Ok(()))]
fn with_fallback(calls: &mut u32) -> Result<(), String> {
    fail(calls)
}

#[retry(policy = POLICY, retry_ok = |value| *value < 3)]
fn value(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    Ok(*calls)
}

static BUDGET: RetryBudget = RetryBudget::new();

#[retry(policy = POLICY, budget = BUDGET)]
fn with_budget(calls: &mut u32) -> Result<(), String> {
    fail(calls)
}

/// The attempts that a call makes.
#[track_caller]
fn attempts<T>(call: impl FnOnce(&mut u32) -> T) -> u32 {
    let mut calls = 0;
    call(&mut calls);
    calls
}

#[track_caller]
fn each_form_makes(expected: u32) {
    assert_eq!(attempts(blocking), expected, "blocking");
    assert_eq!(attempts(|calls| finish(asynchronous(calls))), expected, "async");
    assert_eq!(attempts(explained), expected, "with `error`");
    assert_eq!(attempts(with_fallback), expected, "with `fallback`");
    assert_eq!(attempts(value), expected.min(3), "with `retry_ok`");
    assert_eq!(attempts(with_budget), expected, "with `budget`");
    assert_eq!(attempts(|calls| POLICY.run(|| fail(calls))), expected, "closure");
    let closure = |calls: &mut u32| {
        let calls = std::cell::RefCell::new(calls);
        finish(POLICY.run_async(async || fail(&mut calls.borrow_mut())))
    };
    assert_eq!(attempts(closure), expected, "async closure");
    let steps = |calls: &mut u32| {
        let mut attempts = POLICY.attempts();
        loop {
            *calls += 1;
            match attempts.failed_unjudged() {
                Continue(delay) => attempts.block(delay),
                Break(reason) => return assert_eq!(reason, GiveUpReason::MaxAttempts),
            }
        }
    };
    assert_eq!(attempts(steps), expected, "steps");
}

#[test]
fn every_call_makes_one_attempt() {
    let _alone = Alone::disabled();
    each_form_makes(1);
    assert_eq!(attempts(timed), 1);
}

#[test]
fn retries_can_be_enabled_again() {
    let _alone = Alone::new();
    assert!(is_enabled());
    each_form_makes(4);
    for _ in 0..2 {
        set_enabled(false);
        assert!(!is_enabled());
    }
    each_form_makes(1);
    for _ in 0..2 {
        set_enabled(true);
        assert!(is_enabled());
    }
    each_form_makes(4);
}

#[test]
fn a_call_ends_as_after_its_last_attempt() {
    let _alone = Alone::disabled();
    let error = explained(&mut 0).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 1));
    assert_eq!(with_fallback(&mut 0), Ok(()));
    assert_eq!(value(&mut 0), Ok(1));
}

#[test]
fn a_call_that_runs_ends_with_its_next_failure() {
    let _alone = Alone::new();
    let call = |calls: &mut u32| {
        POLICY.run(|| {
            set_enabled(*calls < 1);
            fail(calls)
        })
    };
    assert_eq!(attempts(call), 2);
}

#[test]
fn a_test_context_does_not_enable_them() {
    let _alone = Alone::disabled();
    let guard = testing::no_wait();
    guard.attempts(6);
    each_form_makes(1);
    set_enabled(true);
    assert_eq!(attempts(blocking), 6);
    assert_eq!(guard.delays().len(), 5);
    drop(guard);
    // The end of a context does not change what was set, nor does a setting end a context.
    let guard = testing::no_wait();
    set_enabled(false);
    drop(guard);
    assert!(!is_enabled());
    each_form_makes(1);
}

#[test]
fn a_throttle_goes_on_counting_and_refusing() {
    #[retry(policy = POLICY, throttle = throttle)]
    fn call(throttle: &Throttle, calls: &Cell<u32>) -> Result<(), io::Error> {
        calls.set(calls.get() + 1);
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    let _alone = Alone::disabled();
    let guard = testing::no_wait();
    guard.seed(7);
    let (throttle, calls) = (Throttle::new(), Cell::new(0));
    let ends = (0..100).map(|_| call(&throttle, &calls).unwrap_err());
    let refused = ends.filter(|error| error.kind() == io::ErrorKind::Other).count();
    assert_eq!(calls.get() as usize + refused, 100, "no call is retried");
    assert!(refused > 60, "{refused}");
}

#[test]
fn the_handle_sees_that_the_first_attempt_is_the_last() {
    #[retry(unlimited, base = "0s", call = c, error = String)]
    fn call(seen: &mut Vec<bool>) -> Result<(), RetryError<String>> {
        seen.push(c.is_last());
        c.restart();
        Err("down".to_owned())
    }

    #[retry(unlimited, call = c, cancel = std::future::pending::<()>(), error = String)]
    async fn later(seen: &mut Vec<bool>) -> Result<(), RetryError<String>> {
        seen.push(c.is_last());
        c.restart();
        Err("down".to_owned())
    }

    let _alone = Alone::disabled();
    let mut seen = Vec::new();
    assert_eq!(call(&mut seen).unwrap_err().reason(), GiveUpReason::MaxAttempts);
    assert_eq!(finish(later(&mut seen)).unwrap_err().attempts(), 1);
    assert_eq!(seen, [true, true]);
}
