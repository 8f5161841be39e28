//! What most tests need: something that fails a known number of times.

use std::cell::Cell;

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

    /// One more call: its number, or the failure that it is.
    pub(crate) fn call(&self) -> Result<u32, Down> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
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
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Compiles if the future can move between threads.
pub(crate) fn assert_send<F: Future + Send>(future: F) -> F {
    future
}
