//! What most tests need: something that fails a known number of times.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The error of an operation that is not up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Down(pub(crate) u32);

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "down at call {}", self.0)
    }
}

impl std::error::Error for Down {}

/// Fails on its first calls, then succeeds; counts them all. Not `Sync`, as little in a test has to be.
#[derive(Debug)]
pub(crate) struct Flaky {
    failures: u32,
    calls: Cell<u32>,
}

impl Flaky {
    /// Fails `failures` times.
    pub(crate) const fn failing(failures: u32) -> Self {
        Flaky { failures, calls: Cell::new(0) }
    }

    /// Fails at every call.
    pub(crate) const fn broken() -> Self {
        Flaky::failing(u32::MAX)
    }

    /// One more call: its number, or the failure that it is.
    pub(crate) fn call(&self) -> Result<u32, Down> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        assert!(call <= 100_000, "the retries do not end");
        if call <= self.failures { Err(Down(call)) } else { Ok(call) }
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.get()
    }
}

/// Drives a future to its end on this thread, under a guard that skips all waits.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let _guard = reattempt::testing::no_wait();
    finish(future)
}

/// Drives a future to its end on this thread: one that needs no runtime, as under a guard of the test's own.
pub(crate) fn finish<F: Future>(future: F) -> F::Output {
    poll(std::pin::pin!(future), 1_000_000).expect("the future does not end")
}

/// Polls up to `times` times; what the future yields, if it ends by then.
pub(crate) fn poll<F: Future>(mut future: Pin<&mut F>, times: u32) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
    }
    None
}

/// Compiles if the future can move between threads.
pub(crate) fn assert_send<F: Future + Send>(future: F) -> F {
    future
}

pub(crate) fn secs(seconds: impl IntoIterator<Item = u64>) -> Vec<Duration> {
    seconds.into_iter().map(Duration::from_secs).collect()
}

pub(crate) fn millis(millis: impl IntoIterator<Item = u64>) -> Vec<Duration> {
    millis.into_iter().map(Duration::from_millis).collect()
}

// Makes the call of a closure with these steps in each form of the closure form, and returns their results.
macro_rules! forms {
    ($policy:expr, $operation:expr; $($steps:tt)*) => {{
        let operation = &$operation;
        [
            $policy.retry(|| operation()) $($steps)* .run(),
            $policy.retry_with(|_| operation()) $($steps)* .run(),
            $crate::support::finish($policy.retry_async(|| async { operation() }) $($steps)*),
            $crate::support::finish($policy.retry_async_with(|_| async { operation() }) $($steps)*),
            $crate::support::finish($policy.retry_async_mut(async || operation()) $($steps)* .run()),
        ]
    }};
}

// Makes the call in each form like `forms`, and returns the results with the reasons.
macro_rules! explained {
    ($policy:expr, $operation:expr; $($steps:tt)*) => {{
        let operation = &$operation;
        [
            $policy.retry(|| operation()) $($steps)* .run_or_explain(),
            $policy.retry_with(|_| operation()) $($steps)* .run_or_explain(),
            $crate::support::finish($policy.retry_async(|| async { operation() }) $($steps)* .run_or_explain()),
            $crate::support::finish($policy.retry_async_with(|_| async { operation() }) $($steps)* .run_or_explain()),
            $crate::support::finish($policy.retry_async_mut(async || operation()) $($steps)* .run_or_explain()),
        ]
    }};
}

pub(crate) use {explained, forms};
