//! Decides attempt by attempt, for code that has a loop of its own.

use core::error::Error;
use core::fmt::{self, Formatter};
use core::future::{Future, IntoFuture};
use core::ops::ControlFlow::{self, Break, Continue};
use core::time::Duration;

use super::name::Name;
use super::next::{Controls, Emit, plan, recovered};
use super::progress::Progress;
use super::site::Site;
use crate::decision::GiveUpReason;
use crate::error::link::{ChainLink, LinkClassifier, ask_for};
use crate::error::{AlwaysRetry, AsDisplay, Failure, Held, Known, Overridden, Retryable};
use crate::policy::Policy;
use crate::policy::nanos::from_duration;
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use crate::runtime::sleep;
use crate::runtime::{Clock, Delay};

/// The clock of a loop of unknown kind. Where no tokio runtime is, this is the operating system's.
const CLOCK: Clock = Clock::Async;

/// How errors are judged: as what is in a box.
const JUDGE: Known<AsDisplay, AlwaysRetry, Held> = Known::new();

impl Policy {
    /// Begins a call step by step, for code that has a loop of its own. In events the operation is named by the place of
    /// this call; [`name`](Attempts::name) gives it a name.
    ///
    /// Attempt 1 starts here, and the `deadline` counts from here.
    #[track_caller]
    pub fn attempts(&self) -> Attempts {
        Attempts::new(*self, Name::caller())
    }
}

/// A call step by step: it decides and waits, and the caller makes the attempts. [`Policy::attempts`] returns it.
///
/// It is for code whose loop cannot be an annotated function or a closure: a poll, an event loop, a `select!`, a state
/// machine. After each failed attempt [`failed`](Attempts::failed) decides as the loop of an annotated function does, with
/// the same events and observers. Its answer is the delay before the next attempt, or the reason to give up:
///
/// ```
/// # use retry_core::testing;
/// # let guard = testing::no_wait();
/// # let mut answers = [Ok(None), Err(std::io::ErrorKind::TimedOut.into()), Ok(Some("done"))].into_iter();
/// # let mut poll = || -> std::io::Result<Option<&'static str>> { answers.next().unwrap() };
/// use std::ops::ControlFlow::{Break, Continue};
/// use retry_core::Policy;
///
/// let mut attempts = Policy::new().max(10).attempts().name("poll the job");
/// let result = loop {
///     let next = match poll() {
///         Ok(Some(value)) => {
///             attempts.succeeded();
///             break Ok(value);
///         }
///         Ok(None) => attempts.failed_unjudged(),
///         Err(error) => attempts.failed(&error),
///     };
///     match next {
///         Continue(delay) => attempts.block(delay),
///         Break(reason) => break Err(reason),
///     }
/// };
/// assert_eq!(result, Ok("done"));
/// # assert_eq!(guard.delays().len(), 2);
/// ```
///
/// A `select!` can end the wait, and nothing is lost if it does:
///
/// ```
/// # #[cfg(feature = "tokio")]
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// # let guard = retry_core::testing::no_wait();
/// # let (_stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
/// # async fn connect() -> std::io::Result<()> { Err(std::io::ErrorKind::ConnectionRefused.into()) }
/// use std::ops::ControlFlow::{Break, Continue};
/// use retry_core::{GiveUpReason, Policy};
///
/// let mut attempts = Policy::new().attempts().name("connect");
/// let end = loop {
///     tokio::select! {
///         _ = &mut stopped => break Ok(None),
///         result = connect() => match result {
///             Ok(connection) => {
///                 attempts.succeeded();
///                 break Ok(Some(connection));
///             }
///             Err(error) => match attempts.failed(&error) {
///                 Continue(delay) => tokio::select! {
///                     _ = &mut stopped => break Ok(None),
///                     () = attempts.wait(delay) => {}
///                 },
///                 Break(reason) => break Err((reason, error)),
///             },
///         },
///     }
/// };
/// assert_eq!(end.unwrap_err().0, GiveUpReason::MaxAttempts);
/// # assert_eq!(guard.delays().len(), 2);
/// # }
/// # #[cfg(not(feature = "tokio"))] fn main() {}
/// ```
///
/// The time is that of the tokio runtime where one runs, so that tokio's paused clock counts, and the operating system's
/// elsewhere. A [test context](crate::testing) replaces it, skips and records the waits of [`wait`](Attempts::wait) and
/// [`block`](Attempts::block), and may set the number of attempts. A wait by the caller's own timer takes its time in
/// tests too.
#[derive(Clone, Debug)]
#[must_use = "it decides only when an attempt is reported as failed"]
pub struct Attempts {
    policy: Policy,
    name: Name,
    /// The classifiers of the types that the caller names.
    also: Vec<Option<LinkClassifier>>,
    state: State,
}

impl Attempts {
    fn new(policy: Policy, name: Name) -> Attempts {
        let state = State::begin(&Site::new(name.label(), &policy));
        Attempts { policy, name, also: Vec::new(), state }
    }

    /// Names the operation in events.
    pub fn name(mut self, operation: &'static str) -> Self {
        self.name = Name::Written(operation);
        self
    }

    /// Classifies errors that are an `A`, or have an `A` in their source chain, by its [`Retryable`] implementation. Of
    /// several errors in a chain that can be classified, the first decides.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::fmt;
    /// use std::ops::ControlFlow::Break;
    /// use retry_core::{GiveUpReason, Policy, Retryable};
    ///
    /// #[derive(Debug)]
    /// struct Declined;
    /// # impl fmt::Display for Declined {
    /// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("declined") }
    /// # }
    /// # impl std::error::Error for Declined {}
    ///
    /// impl Retryable for Declined {
    ///     fn is_retryable(&self) -> bool {
    ///         false
    ///     }
    /// }
    ///
    /// let mut attempts = Policy::new().attempts().ask::<Declined>();
    /// assert_eq!(attempts.failed(&Declined), Break(GiveUpReason::NotRetryable));
    /// ```
    pub fn ask<A: ChainLink + Retryable>(mut self) -> Self {
        self.also.push(ask_for::<A>());
        self
    }

    /// Returns the number of the attempt that runs, counted from 1 and from the last [`restart`](Attempts::restart). After
    /// a give-up it is the number of the last attempt.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.state.progress.attempt()
    }

    /// Decides about an attempt that failed with `error`: `Continue` with the delay before the next attempt, or `Break`
    /// with the reason to give up.
    ///
    /// `error` is `&error` for an error type, `&*error` for a `Box<dyn Error>`, and `&*error` or `error.as_ref()` for an
    /// `anyhow::Error`. The first error of its chain that is known decides, with its hint: a type in
    /// [`ask`](Attempts::ask), [`CircuitOpen`](crate::CircuitOpen), an error of an enabled adapter; without one, the
    /// innermost `io::Error`. Any other error is retried, also one of a type with [`Retryable`] that is not in `ask`: the
    /// type is not visible here. An error of a loop that gave up is never retried.
    ///
    /// After a give-up, every further failure has the same answer without an event, until
    /// [`restart`](Attempts::restart) or [`succeeded`](Attempts::succeeded).
    #[must_use = "it is the delay before the next attempt, or the reason to give up"]
    pub fn failed(&mut self, error: &(dyn Error + 'static)) -> ControlFlow<GiveUpReason, Duration> {
        let Attempts { policy, name, also, state } = self;
        let failure = named(name, JUDGE.see(error).asking(also));
        state.failed(&Site::new(name.label(), policy), &failure)
    }

    /// Decides like [`failed`](Attempts::failed), by the wait that the peer asked for, or by no such wait: `hint` replaces
    /// the error's own hint.
    #[must_use = "it is the delay before the next attempt, or the reason to give up"]
    pub fn failed_with_hint(
        &mut self,
        error: &(dyn Error + 'static),
        hint: Option<Duration>,
    ) -> ControlFlow<GiveUpReason, Duration> {
        let Attempts { policy, name, also, state } = self;
        let failure = Overridden { hint: Some(hint), ..named(name, JUDGE.see(error).asking(also)) };
        state.failed(&Site::new(name.label(), policy), &failure)
    }

    /// Decides about an attempt that failed without an error, such as a poll whose answer is not there yet. The failure is
    /// retryable; in events its error is `the attempt failed`.
    #[must_use = "it is the delay before the next attempt, or the reason to give up"]
    pub fn failed_unjudged(&mut self) -> ControlFlow<GiveUpReason, Duration> {
        let Attempts { policy, name, state, .. } = self;
        state.failed(&Site::new(name.label(), policy), &named(name, Unjudged))
    }

    /// Begins again, because progress was made: the attempt that runs is attempt 1, with the backoff and the memory of
    /// decorrelated jitter as at the start. The deadline stays where it was. After a give-up, the next attempt is attempt
    /// 1. Events count all attempts.
    pub fn restart(&mut self) {
        self.state.restart();
    }

    /// Ends the call with a success, and emits the event of a recovery if an attempt failed before. The next attempt is
    /// attempt 1 of another call, whose deadline counts from here.
    pub fn succeeded(&mut self) {
        let site = Site::new(self.name.label(), &self.policy);
        if let Some(progress) = self.state.recovered() {
            recovered(&site, &progress, Some(&self.name), CLOCK);
        }
        self.state = State::begin(&site);
    }

    /// Waits with the runtime's timer. The future borrows nothing, and may be dropped at any time.
    ///
    /// # Panics
    /// The future panics when polled if there is no timer: no tokio runtime runs, and
    /// [`set_sleep`](crate::set_sleep) was not called.
    #[must_use = "it waits only when awaited"]
    #[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
    pub fn wait(&self, delay: Duration) -> impl Future<Output = ()> + Send + use<> {
        Delay(from_duration(delay)).into_future()
    }

    /// Waits with JavaScript's timer. The future borrows nothing, and may be dropped at any time.
    #[must_use = "it waits only when awaited"]
    #[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
    pub fn wait(&self, delay: Duration) -> impl Future<Output = ()> + use<> {
        Delay(from_duration(delay)).into_future()
    }

    /// Blocks this thread for `delay`.
    #[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
    pub fn block(&self, delay: Duration) {
        sleep::block(from_duration(delay));
    }
}

/// Returns a failure under the name of the operation.
fn named<F>(name: &Name, failure: F) -> Overridden<'_, F, &Name> {
    Overridden {
        failure,
        is_retryable: None,
        hint: None,
        operation: Some(name),
        waited: None,
        own_delay: None,
    }
}

/// What changes from attempt to attempt.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The progress since the last restart.
    progress: Progress,
    /// The number of attempts before the last restart.
    before: u32,
    given_up: Option<GiveUpReason>,
}

impl State {
    fn begin(site: &Site<'_>) -> State {
        State { progress: Progress::asynchronous(site), before: 0, given_up: None }
    }

    /// Decides about a failure as the loop does. After a restart the event is emitted later, with the number of all
    /// attempts.
    fn failed(&mut self, site: &Site<'_>, failure: &dyn Failure) -> ControlFlow<GiveUpReason, Duration> {
        if let Some(reason) = self.given_up {
            return Break(reason);
        }
        let emit = if self.before == 0 { Emit::Now } else { Emit::Later };
        match plan(site, &mut self.progress, failure, CLOCK, emit, Controls::NONE, None) {
            Ok(mut planned) => {
                planned.attempt = planned.attempt.saturating_add(self.before);
                planned.emit();
                Continue(planned.delay())
            }
            Err(mut given_up) => {
                given_up.attempts = given_up.attempts.saturating_add(self.before);
                given_up.emit();
                self.given_up = Some(given_up.reason);
                Break(given_up.reason)
            }
        }
    }

    fn restart(&mut self) {
        let failed = self.failed_attempts();
        self.before = self.before.saturating_add(failed);
        self.progress.restart();
        self.given_up = None;
    }

    /// Returns the number of failed attempts since the last restart.
    fn failed_attempts(&self) -> u32 {
        let attempt = self.progress.attempt();
        if self.given_up.is_some() { attempt } else { attempt.saturating_sub(1) }
    }

    /// Returns the progress with all attempts, if this success is one after a failure.
    fn recovered(&self) -> Option<Progress> {
        let failed = self.before.saturating_add(self.failed_attempts());
        if failed == 0 || self.given_up.is_some() {
            return None;
        }
        let mut progress = self.progress;
        progress.advance(failed);
        Some(progress)
    }
}

/// A failure without an error.
struct Unjudged;

impl Failure for Unjudged {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the attempt failed")
    }

    fn is_retryable(&self) -> bool {
        true
    }

    fn hint(&self) -> Option<Duration> {
        None
    }
}
