//! Retries that are disabled for the whole process: so here is a process for it, in which one test runs at a time.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::ops::ControlFlow::{Break, Continue};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::{
    GiveUpReason, Hedge, Jitter, Policy, RetryBudget, RetryError, Throttle, is_enabled, retry, set_enabled,
    testing,
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

/// Returns how many tries there are of a call whose first try does not answer.
fn tries_of_a_hedged_call(before: bool, after: bool) -> u32 {
    #[retry(max = 1, hedge = hedge, sleep = |_| std::future::ready(()))]
    async fn hedged(hedge: &Hedge, tries: &AtomicU32) -> Result<(), String> {
        tries.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }

    let (hedge, tries) = (Hedge::after(Duration::from_millis(50)).extra_load(1.0), AtomicU32::new(0));
    let mut context = Context::from_waker(Waker::noop());
    let mut call = pin!(hedged(&hedge, &tries));
    for enabled in [before, after] {
        set_enabled(enabled);
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    // The call has paid for a copy, whether or not there was one.
    assert_eq!(hedge.balance(), u64::from(tries.load(Ordering::Relaxed) == 1));
    tries.load(Ordering::Relaxed)
}

#[test]
fn no_attempt_has_copies() {
    let _alone = Alone::new();
    assert_eq!(tries_of_a_hedged_call(true, true), 2);
    assert_eq!(tries_of_a_hedged_call(false, false), 1);
    assert_eq!(tries_of_a_hedged_call(false, true), 2, "it asks again when it is polled");
}

#[test]
fn no_copy_starts_of_an_attempt_that_runs() {
    #[retry(max = 1, hedge = hedge, sleep = |_| std::future::poll_fn(|_| is_over(timer)))]
    async fn hedged(hedge: &Hedge, timer: &AtomicU32, tries: &AtomicU32) -> Result<(), String> {
        tries.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }

    fn is_over(timer: &AtomicU32) -> Poll<()> {
        if timer.load(Ordering::Relaxed) > 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    let _alone = Alone::new();
    let hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);
    let (timer, tries) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut context = Context::from_waker(Waker::noop());
    let mut call = pin!(hedged(&hedge, &timer, &tries));
    assert!(call.as_mut().poll(&mut context).is_pending());
    set_enabled(false);
    timer.store(1, Ordering::Relaxed);
    assert!(call.as_mut().poll(&mut context).is_pending());
    assert_eq!((tries.load(Ordering::Relaxed), hedge.balance()), (1, 1));
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
