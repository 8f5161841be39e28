//! Waiting: the only file that sleeps.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::OnceLock;

use crate::nanos::{Nanos, from_duration, to_duration};
use crate::scene;
use crate::step::Delay;

/// Blocks this thread, unless a test's guard is up.
#[expect(clippy::disallowed_methods, reason = "this module is the one that sleeps")]
pub(crate) fn block(delay: Nanos) {
    if !scene::skip(delay) {
        std::thread::sleep(to_duration(delay));
    }
}

/// Waits by the caller's function, unless a test's guard is up.
#[cold]
#[inline(never)]
pub fn block_with(sleep: impl FnOnce(Duration), delay: Delay) {
    if !scene::skip(delay.0) {
        sleep(delay.duration());
    }
}

/// Waits by the caller's future, unless a test's guard is up.
pub fn wait_with<S: Future<Output = ()>>(sleep: impl FnOnce(Duration) -> S, delay: Duration) -> Slept<S> {
    if scene::skip(from_duration(delay)) {
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
    #[project = StateProjection]
    enum State {
        // Nothing to wait for, but other tasks get their turn: a call that fails at once must not starve them.
        Yield { yielded: bool },
        // The timer that the process was given.
        Custom { future: CustomTimer },
        // The runtime's timer.
        Timer { #[pin] timer: Timer },
    }
}

impl Wait {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(delay: Nanos) -> Wait {
        if scene::skip(delay) || delay == 0 { Wait::yielding() } else { Wait::timer(delay) }
    }

    fn yielding() -> Wait {
        Wait { state: State::Yield { yielded: false } }
    }

    /// A wait that no test's guard shortens: it watches an attempt, and attempts take real time.
    pub(crate) fn timer(delay: Nanos) -> Wait {
        let state = match SLEEP.get() {
            Some(sleep) => State::Custom { future: sleep(to_duration(delay)) },
            None => State::Timer { timer: timer(delay) },
        };
        Wait { state }
    }
}

impl Future for Wait {
    type Output = ();

    #[cold]
    #[inline(never)]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.project().state.project() {
            StateProjection::Yield { yielded: true } => Poll::Ready(()),
            StateProjection::Yield { yielded } => {
                *yielded = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            StateProjection::Custom { future } => future.as_mut().poll(context),
            StateProjection::Timer { timer } => timer.poll(context),
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
pub fn set_sleep<F, S>(sleep: F) -> Result<(), SleepIsSet>
where
    F: Fn(Duration) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    SLEEP.set(Box::new(move |delay| Box::pin(sleep(delay)))).map_err(|_| SleepIsSet)
}

/// The process has a timer already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SleepIsSet;

impl fmt::Display for SleepIsSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timer was set before")
    }
}

impl core::error::Error for SleepIsSet {}

#[cfg(feature = "tokio")]
use tokio::time::Sleep as Timer;

#[cfg(feature = "tokio")]
fn timer(delay: Nanos) -> Timer {
    if tokio::runtime::Handle::try_current().is_err() {
        no_runtime();
    }
    tokio::time::sleep(to_duration(delay))
}

/// Without a runtime there is no timer, and nothing of this type.
#[cfg(not(feature = "tokio"))]
type Timer = core::future::Pending<()>;

#[cfg(not(feature = "tokio"))]
fn timer(_delay: Nanos) -> Timer {
    no_runtime()
}

/// The failure it would hide is in the log already: the event of the retry came first.
#[cold]
fn no_runtime() -> ! {
    panic!(
        "a retry has to wait and no tokio runtime is running here; start one, or name a timer with `sleep = ...` or \
         `set_sleep`"
    )
}
