//! The library that every generated program links: an operation that fails twice, error types of every kind, and the
//! check of how often a function ran its body.

#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "only generated code reads this"
)]

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};
use std::future::Future;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use reattempt::{AttemptTimeout, CircuitOpen, Outcome, RetryError, Throttled, testing};

/// Counts the calls of one generated function's operation.
#[derive(Debug, Default)]
pub struct Calls(AtomicU32);

impl Calls {
    /// Returns a counter that starts at zero.
    #[must_use]
    pub const fn new() -> Self {
        Calls(AtomicU32::new(0))
    }

    /// Fails in the first two calls and returns the number of the call from the third on.
    pub fn call(&self) -> Result<u32, Fault> {
        let call = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(call < 100, "the operation is called without end");
        if call < 3 { Err(Fault::Down) } else { Ok(call) }
    }

    /// Does the same after the task was suspended once.
    pub async fn later(&self) -> Result<u32, Fault> {
        tokio::task::yield_now().await;
        self.call()
    }
}

/// Stands for the handle of a call in a function without the attribute.
#[derive(Clone, Copy, Debug)]
pub struct NoCall;

impl NoCall {
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        1
    }

    #[must_use]
    pub const fn is_last(&self) -> bool {
        false
    }

    pub const fn hint(&self, _: std::time::Duration) {}

    pub const fn stop(&self) {}

    pub const fn restart(&self) {}
}

/// Whether an attempt of the function that runs has not seen what it should.
static SAW_OTHERS: AtomicBool = AtomicBool::new(false);

/// Notes whether an attempt sees what it should. It does not panic, which an `extern "C"` function cannot survive.
///
/// A function and not a macro: a body without macros stands in the loop as it is.
pub fn expect(holds: bool) {
    if !holds {
        SAW_OTHERS.store(true, Ordering::Relaxed);
    }
}

/// Takes a value by reference, so that it counts as used.
pub const fn look<T: ?Sized>(_: &T) {}

/// Takes a value, so that it is used up.
pub fn spend<T>(_: T) {}

/// Returns `true`, which the compiler cannot see.
#[must_use]
pub fn truth() -> bool {
    std::hint::black_box(true)
}

/// Waits for a future on a runtime of its own.
pub fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime takes no more than memory").block_on(future)
}

/// Waits for a future that a runtime with several threads could also run.
pub fn wait_sendable<F: Future + Send>(future: F) -> F::Output {
    wait(future)
}

/// A generated function: its name, how often it should run its body, what counts that, and a call of it.
pub type Checked = (&'static str, u32, &'static Calls, fn());

/// Runs each function and prints a line for one that did not run its body as often as it should, or with other
/// arguments than the caller passed.
pub fn check(functions: &[Checked]) {
    for (id, expected, calls, drive) in functions {
        SAW_OTHERS.store(false, Ordering::Relaxed);
        let ended = {
            let _guard = testing::no_wait();
            panic::catch_unwind(AssertUnwindSafe(drive))
        };
        let called = calls.0.load(Ordering::Relaxed);
        if ended.is_err() {
            println!("{id}: a panic");
        } else if SAW_OTHERS.load(Ordering::Relaxed) {
            println!("{id}: an attempt did not see the arguments as the caller passed them");
        } else if called != *expected {
            println!("{id}: the body ran {called} times, not {expected}");
        }
    }
}

/// The operation's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Down,
    Slow,
    Refused,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the operation failed")
    }
}

impl Error for Fault {}

impl From<AttemptTimeout> for Fault {
    fn from(_: AttemptTimeout) -> Self {
        Fault::Slow
    }
}

impl From<CircuitOpen> for Fault {
    fn from(_: CircuitOpen) -> Self {
        Fault::Refused
    }
}

impl From<Throttled> for Fault {
    fn from(_: Throttled) -> Self {
        Fault::Refused
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        io::Error::new(io::ErrorKind::ConnectionRefused, fault)
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// An error with a source.
#[derive(Debug)]
pub enum Wrapping {
    Operation(Fault),
    Timeout(AttemptTimeout),
    Open(CircuitOpen),
    Throttled(Throttled),
}

impl Display for Wrapping {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a step failed")
    }
}

impl Error for Wrapping {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self {
            Wrapping::Operation(error) => error,
            Wrapping::Timeout(error) => error,
            Wrapping::Open(error) => error,
            Wrapping::Throttled(error) => error,
        })
    }
}

impl From<Fault> for Wrapping {
    fn from(error: Fault) -> Self {
        Wrapping::Operation(error)
    }
}

impl From<AttemptTimeout> for Wrapping {
    fn from(error: AttemptTimeout) -> Self {
        Wrapping::Timeout(error)
    }
}

impl From<CircuitOpen> for Wrapping {
    fn from(error: CircuitOpen) -> Self {
        Wrapping::Open(error)
    }
}

impl From<Throttled> for Wrapping {
    fn from(error: Throttled) -> Self {
        Wrapping::Throttled(error)
    }
}

/// An error that borrows.
#[derive(Debug)]
pub struct Borrowing<'a>(pub &'a str);

impl Display for Borrowing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowing<'_> {}

/// An error that can do nothing, not even be shown.
pub struct Opaque(pub Fault);

impl From<Fault> for Opaque {
    fn from(fault: Fault) -> Self {
        Opaque(fault)
    }
}

/// The error of a call that gave up.
#[derive(Debug)]
pub struct Gone(pub u32);

impl From<RetryError<Fault>> for Gone {
    fn from(error: RetryError<Fault>) -> Self {
        Gone(error.attempts())
    }
}

/// A return type of the user's own.
pub enum Reply<T> {
    Answer(T),
    Busy,
}

impl<T> Outcome for Reply<T> {
    type Ok = T;
    type Error = ();

    fn into_result(self) -> Result<T, ()> {
        match self {
            Reply::Answer(value) => Ok(value),
            Reply::Busy => Err(()),
        }
    }

    fn from_result(result: Result<T, ()>) -> Self {
        result.map_or(Reply::Busy, Reply::Answer)
    }
}

/// A type whose error is named through a trait.
pub trait Failing {
    type Error;
}

/// What arguments are taken apart into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub x: u32,
    pub y: u32,
}

/// A tuple struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair(pub u32, pub String);

/// An `enum` whose patterns need alternatives.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    Left(u32),
    Right(u32),
}

/// Text that is borrowed or owned.
#[must_use]
pub fn shorten(text: &str) -> Cow<'_, str> {
    text.get(..2).map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed)
}

/// An error shared by several owners.
#[must_use]
pub fn shared(fault: Fault) -> Arc<dyn Error + Send + Sync> {
    Arc::new(fault)
}
