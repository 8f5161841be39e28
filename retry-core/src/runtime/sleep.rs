//! Waiting: the only file that sleeps.

use core::fmt;
use core::future::{Future, IntoFuture};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::OnceLock;

use super::installed::{self, Addition};
use crate::policy::nanos::{Nanos, from_duration, to_duration};

/// Blocks this thread, unless a test's guard is up.
#[expect(clippy::disallowed_methods, reason = "this module is the one that sleeps")]
pub(crate) fn block(delay: Nanos) {
    if !super::skip(delay) {
        std::thread::sleep(to_duration(delay));
    }
}

/// Waits by the caller's function, unless a test's guard is up.
#[cold]
#[inline(never)]
pub fn block_with(sleep: impl FnOnce(Duration), delay: Delay) {
    if !super::skip(delay.0) {
        sleep(delay.duration());
    }
}

/// Waits by the caller's future, unless a test's guard is up.
pub fn wait_with<S: Future<Output = ()>>(sleep: impl FnOnce(Duration) -> S, delay: Duration) -> Slept<S> {
    if super::skip(from_duration(delay)) {
        Slept { skipped: Some(Wait::yielding()), future: None, poll: S::poll }
    } else {
        Slept { skipped: None, future: Some(sleep(delay)), poll: S::poll }
    }
}

pin_project_lite::pin_project! {
    /// The wait by the caller's future. Awaiting it asks nothing of `S`: what is no future is reported once, where it
    /// is given.
    #[must_use = "it waits only when awaited"]
    pub struct Slept<S> {
        #[pin]
        skipped: Option<Wait>,
        #[pin]
        future: Option<S>,
        poll: fn(Pin<&mut S>, &mut Context<'_>) -> Poll<()>,
    }
}

impl<S> Future for Slept<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match (this.skipped.as_pin_mut(), this.future.as_pin_mut()) {
            (Some(skipped), _) => skipped.poll(context),
            (None, Some(future)) => (this.poll)(future, context),
            (None, None) => Poll::Ready(()),
        }
    }
}

/// The delay before the next attempt. One word: a timer is made of it where it is awaited, and not moved there.
#[derive(Clone, Copy, Debug)]
pub struct Delay(pub(crate) Nanos);

impl Delay {
    /// For the caller's own way to wait.
    #[inline]
    #[must_use]
    pub fn duration(self) -> Duration {
        to_duration(self.0)
    }
}

/// By the runtime's timer.
impl IntoFuture for Delay {
    type Output = ();
    type IntoFuture = Wait;

    #[cold]
    #[inline(never)]
    fn into_future(self) -> Wait {
        Wait::new(self.0)
    }
}

pin_project_lite::pin_project! {
    /// The wait of an async call.
    ///
    /// Made, polled and dropped out of line: a function that rarely fails should not carry a timer's code.
    #[must_use = "it waits only when awaited"]
    pub struct Wait {
        #[pin]
        state: State,
    }
}

pin_project_lite::pin_project! {
    // Two variants are told apart by one comparison.
    #[project = StateProjection]
    enum State {
        // The runtime's timer.
        Timer { #[pin] timer: runtime::Timer },
        Other { other: Other },
    }
}

enum Other {
    /// The timer that the process was given.
    Custom(CustomTimer),
    /// Nothing to wait for, but other tasks get their turn: a call that fails at once must not starve them.
    Yield { yielded: bool },
}

impl Wait {
    /// The runtime's timer, unless there is anything to look at first.
    #[inline]
    pub(crate) fn new(delay: Nanos) -> Wait {
        if delay == 0 || installed::any_to_wait_for() {
            return Wait::unusual(delay);
        }
        Wait { state: State::Timer { timer: runtime::timer(delay) } }
    }

    #[cold]
    #[inline(never)]
    fn unusual(delay: Nanos) -> Wait {
        if super::skip(delay) || delay == 0 { Wait::yielding() } else { Wait::timer(delay) }
    }

    fn yielding() -> Wait {
        Wait { state: State::Other { other: Other::Yield { yielded: false } } }
    }

    /// A wait that no test's guard shortens: it watches an attempt, and attempts take real time.
    pub(crate) fn timer(delay: Nanos) -> Wait {
        if let Some(sleep) = SLEEP.get() {
            return Wait { state: State::Other { other: Other::Custom(sleep(to_duration(delay))) } };
        }
        runtime::require();
        Wait { state: State::Timer { timer: runtime::timer(delay) } }
    }
}

impl Future for Wait {
    type Output = ();

    #[cold]
    #[inline(never)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.project().state.project() {
            StateProjection::Timer { timer } => timer.poll(context),
            StateProjection::Other { other } => other.poll(context),
        }
    }
}

impl Other {
    #[cold]
    #[inline(never)]
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Other::Custom(future) => future.as_mut().poll(context),
            Other::Yield { yielded: true } => Poll::Ready(()),
            Other::Yield { yielded } => {
                *yielded = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

type CustomTimer = Pin<Box<dyn Future<Output = ()> + Send>>;

static SLEEP: OnceLock<Box<dyn Fn(Duration) -> CustomTimer + Send + Sync>> = OnceLock::new();

/// Gives the whole process another timer for the waits of async calls, and for `attempt_timeout`: for a program that
/// runs on another runtime than tokio. `sleep = …` on a function goes before it. The first call counts.
///
/// ```
/// use std::time::Duration;
///
/// /// The timer of some other runtime.
/// async fn other_sleep(_: Duration) {}
///
/// assert!(retry_core::set_sleep(other_sleep).is_ok());
/// assert!(retry_core::set_sleep(other_sleep).is_err(), "it is set once");
/// ```
///
/// # Errors
/// If a timer was set before; that one stays.
pub fn set_sleep<F, S>(sleep: F) -> Result<(), SetSleepError>
where
    F: Fn(Duration) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    SLEEP.set(Box::new(move |delay| Box::pin(sleep(delay)))).map_err(|_| SetSleepError)?;
    installed::add(Addition::Timer);
    Ok(())
}

/// The process has a timer already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetSleepError;

impl fmt::Display for SetSleepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timer was set before")
    }
}

impl core::error::Error for SetSleepError {}

#[cfg(feature = "tokio")]
mod runtime {
    use std::panic;

    use tokio::runtime::Handle;
    pub(super) use tokio::time::Sleep as Timer;

    use crate::policy::nanos::{Nanos, to_duration};
    use crate::runtime::installed;

    /// Panics if there is none.
    pub(super) fn require() {
        if Handle::try_current().is_err() {
            super::no_runtime();
        }
        installed::runtime_found();
    }

    /// A timer, where a runtime was found before. If this thread has none, tokio panics, and then so do we.
    #[inline]
    pub(super) fn timer(delay: Nanos) -> Timer {
        panic::catch_unwind(|| tokio::time::sleep(to_duration(delay))).unwrap_or_else(|reason| {
            require();
            panic::resume_unwind(reason)
        })
    }
}

/// Without a runtime there is no timer, and nothing of this type.
#[cfg(not(feature = "tokio"))]
mod runtime {
    use crate::policy::nanos::Nanos;

    pub(super) type Timer = core::future::Pending<()>;

    pub(super) fn require() {
        super::no_runtime();
    }

    /// Never called, since [`require`] does not return.
    pub(super) fn timer(_delay: Nanos) -> Timer {
        core::future::pending()
    }
}

/// The failure it would hide is in the log already: the event of the retry came first.
#[cold]
fn no_runtime() -> ! {
    panic!(
        "a retry has to wait and no tokio runtime is running here; start one, or name a timer with `sleep = ...` or \
         `set_sleep`"
    )
}
