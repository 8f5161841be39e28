//! Waits between attempts; no other file sleeps.

use core::fmt;
use core::future::{Future, IntoFuture};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::OnceLock;

use super::installed::{self, Addition};
use crate::policy::nanos::{Nanos, from_duration, to_duration};

/// Blocks this thread for `delay`, unless a test context skips the wait.
#[cfg_attr(
    not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")),
    expect(clippy::disallowed_methods, reason = "only this module sleeps")
)]
pub(crate) fn block(delay: Nanos) {
    if !super::skip(delay) {
        // A blocking call without a `sleep` of its own makes one attempt there, so it never gets here.
        #[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
        std::thread::sleep(to_duration(delay));
    }
}

/// Returns whether this thread can be blocked, or a test context skips the wait.
#[inline]
pub(crate) fn can_block() -> bool {
    cfg!(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))
        || super::current().is_some()
}

/// Blocks this thread for `delay` like `block`.
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
#[cold]
#[inline(never)]
pub fn block_for(delay: Delay) {
    block(delay.0);
}

/// Waits with the caller's function, unless a test context skips the wait.
#[cold]
#[inline(never)]
pub fn block_with(sleep: impl FnOnce(Duration), delay: Delay) {
    if !super::skip(delay.0) {
        sleep(delay.duration());
    }
}

/// Returns the wait with the caller's future, unless a test context skips the wait.
pub fn wait_with<S: Future<Output = ()>>(sleep: impl FnOnce(Duration) -> S, delay: Duration) -> Slept<S> {
    if super::skip(from_duration(delay)) {
        Slept { skipped: Some(Wait::yielding()), future: None, poll: S::poll }
    } else {
        Slept { skipped: None, future: Some(sleep(delay)), poll: S::poll }
    }
}

/// Returns the caller's future as the timer of an attempt, which no test context skips.
pub(crate) fn timer_with<S: Future<Output = ()>>(
    sleep: impl FnOnce(Duration) -> S,
    time: Duration,
) -> Slept<S> {
    Slept { skipped: None, future: Some(sleep(time)), poll: S::poll }
}

pin_project_lite::pin_project! {
    /// The wait with the caller's future. Awaiting it needs no bound on `S`: a type that is no future is reported once,
    /// where it is passed in.
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

/// The delay before the next attempt.
#[derive(Clone, Copy, Debug)]
pub struct Delay(pub(crate) Nanos);

impl Delay {
    /// Returns the delay as a `Duration`, for waits of the caller's own.
    #[inline]
    #[must_use]
    pub fn duration(self) -> Duration {
        to_duration(self.0)
    }
}

/// Waits with the runtime's timer.
impl IntoFuture for Delay {
    type Output = ();
    type IntoFuture = Wait;

    #[inline]
    fn into_future(self) -> Wait {
        Wait { state: State::Start { delay: self.0 } }
    }
}

pin_project_lite::pin_project! {
    /// The wait of an async call.
    ///
    /// It begins with its delay alone, and sets the timer when it is polled first. A function that rarely fails thus
    /// contains neither the code of a timer nor a copy of one, which is 70 bytes of code less per function.
    #[must_use = "it waits only when awaited"]
    pub struct Wait {
        #[pin]
        state: State,
    }
}

pin_project_lite::pin_project! {
    #[project = StateProjection]
    enum State {
        // The delay of a wait that was not polled.
        Start { delay: Nanos },
        // The runtime's timer.
        Timer { #[pin] timer: runtime::Timer },
        Other { other: Other },
    }
}

enum Other {
    /// The timer that was set for the process.
    Custom(CustomTimer),
    /// No wait, but one yield to other tasks: a call that fails at once must not starve them.
    Yield { yielded: bool },
}

impl Wait {
    fn yielding() -> Wait {
        Wait { state: State::yielding() }
    }

    /// Creates a wait that no test context skips: it limits an attempt, and attempts take real time.
    pub(crate) fn timer(delay: Nanos) -> Wait {
        Wait { state: State::timer(delay) }
    }
}

impl State {
    /// Starts the runtime's timer, unless the delay is 0 or there are additions to check first.
    #[inline]
    fn started(delay: Nanos) -> State {
        if delay == 0 || installed::any_to_wait_for() {
            return State::unusual(delay);
        }
        State::Timer { timer: runtime::timer(delay) }
    }

    #[cold]
    #[inline(never)]
    fn unusual(delay: Nanos) -> State {
        if super::skip(delay) || delay == 0 { State::yielding() } else { State::timer(delay) }
    }

    fn yielding() -> State {
        State::Other { other: Other::Yield { yielded: false } }
    }

    fn timer(delay: Nanos) -> State {
        if let Some(sleep) = SLEEP.get() {
            return State::Other { other: Other::Custom(sleep(to_duration(delay))) };
        }
        runtime::require();
        State::Timer { timer: runtime::timer(delay) }
    }
}

impl Future for Wait {
    type Output = ();

    #[cold]
    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().project().state.project() {
            StateProjection::Timer { timer } => timer.poll(context),
            StateProjection::Start { delay } => {
                let delay = *delay;
                self.start(delay, context)
            }
            StateProjection::Other { other } => other.poll(context),
        }
    }
}

impl Wait {
    /// Sets the timer and polls it.
    #[inline(never)]
    fn start(mut self: Pin<&mut Self>, delay: Nanos, context: &mut Context<'_>) -> Poll<()> {
        self.as_mut().project().state.set(State::started(delay));
        self.poll(context)
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

#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
type CustomTimer = Pin<Box<dyn Future<Output = ()> + Send>>;
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
type CustomTimer = Pin<Box<dyn Future<Output = ()>>>;

type SetTimer = dyn Fn(Duration) -> CustomTimer + Send + Sync;

static SLEEP: OnceLock<Box<SetTimer>> = OnceLock::new();

/// Sets the timer of the process for the waits of async calls and for `attempt_timeout`, in a program that runs on
/// another runtime than tokio. `sleep = …` on a function takes precedence. Only the first call has an effect.
///
/// ```
/// use std::time::Duration;
///
/// /// Waits with the timer of another runtime.
/// async fn other_sleep(_: Duration) {}
///
/// assert!(retry_core::set_sleep(other_sleep).is_ok());
/// assert!(retry_core::set_sleep(other_sleep).is_err(), "the timer is set once");
/// ```
///
/// # Errors
/// Returns an error if a timer was set before; that timer stays.
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
pub fn set_sleep<F, S>(sleep: F) -> Result<(), SetSleepError>
where
    F: Fn(Duration) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + Send + 'static,
{
    set_timer(Box::new(move |delay| Box::pin(sleep(delay))))
}

/// Sets the timer of the process in the place of `setTimeout`. Its futures need not be `Send`, since those of JavaScript
/// never are.
///
/// # Errors
/// Returns an error if a timer was set before; that timer stays.
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
pub fn set_sleep<F, S>(sleep: F) -> Result<(), SetSleepError>
where
    F: Fn(Duration) -> S + Send + Sync + 'static,
    S: Future<Output = ()> + 'static,
{
    set_timer(Box::new(move |delay| Box::pin(sleep(delay))))
}

fn set_timer(sleep: Box<SetTimer>) -> Result<(), SetSleepError> {
    SLEEP.set(sleep).map_err(|_| SetSleepError)?;
    installed::add(Addition::Timer);
    Ok(())
}

/// The error of [`set_sleep`] in a process that has a timer already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetSleepError;

impl fmt::Display for SetSleepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a timer was set before")
    }
}

impl core::error::Error for SetSleepError {}

#[cfg(all(
    feature = "tokio",
    not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))
))]
mod runtime {
    use std::panic;

    use tokio::runtime::Handle;
    pub(super) use tokio::time::Sleep as Timer;

    use crate::policy::nanos::{Nanos, to_duration};
    use crate::runtime::installed;

    /// Panics if this thread has no runtime.
    pub(super) fn require() {
        if Handle::try_current().is_err() {
            super::no_runtime();
        }
        installed::runtime_found();
    }

    /// Creates a timer after a runtime was found. If this thread has no runtime, tokio panics, and `require` replaces
    /// the panic by its own.
    #[expect(clippy::inline_always, reason = "a call copies the timer once more, 35 instructions per retry")]
    #[inline(always)]
    pub(super) fn timer(delay: Nanos) -> Timer {
        panic::catch_unwind(|| tokio::time::sleep(to_duration(delay))).unwrap_or_else(|reason| {
            require();
            panic::resume_unwind(reason)
        })
    }
}

/// Replaces the module above on the web, where there always is a timer.
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
mod runtime {
    pub(super) use crate::runtime::web::{Timer, timer};

    pub(super) fn require() {
        crate::runtime::installed::runtime_found();
    }
}

/// Replaces the module above without tokio: there is no runtime, and no timer is ever created.
#[cfg(not(any(
    feature = "tokio",
    all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")
)))]
mod runtime {
    use crate::policy::nanos::Nanos;

    pub(super) type Timer = core::future::Pending<()>;

    pub(super) fn require() {
        super::no_runtime();
    }

    /// Exists for the types alone: it is never called, since [`require`] does not return.
    pub(super) fn timer(_delay: Nanos) -> Timer {
        core::future::pending()
    }
}

/// Panics because no timer is available. The failure of the attempt is in the log already: its retry event was emitted
/// first.
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
#[cold]
#[expect(clippy::panic, reason = "documented: there is nothing to wait with")]
fn no_runtime() -> ! {
    panic!(
        "a retry has to wait and no tokio runtime is running here; start one, or name a timer with `sleep = ...` or \
         `set_sleep`"
    )
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::SetSleepError;

    #[test]
    fn a_second_timer_is_refused_with_a_reason() {
        assert_eq!(SetSleepError.to_string(), "a timer was set before");
    }
}
