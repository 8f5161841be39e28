//! A hedged attempt: the body, and copies of it that start beside it while it does not answer.
//!
//! The first try is polled in the caller's future. What a copy needs, a timer and the copies themselves, is allocated when
//! the first try does not answer at once. One attempt has one outcome, whatever number of copies it has: the result that
//! is taken. For a breaker it has one permit, from its start, so a slow call is what its caller waited for. The other tries are
//! dropped with the attempt.

mod handles;
mod race;

use core::cell::Cell;
use core::fmt::Display;
use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::boxed::Box;

use pin_project_lite::pin_project;

use super::limits::Lend;
use super::site::Site;
use crate::decision::Outcome;
use crate::error::{Failure, OwnDelay};
use crate::hedge::Hedge;
use crate::observe::LogLevel;
use crate::policy::nanos::from_duration;
use crate::runtime::sleep::{Slept, timer_with};
use crate::runtime::{Wait, enabled};
pub use handles::{CopyHandles, Handles};
pub use race::{CopyRules, Question};
pub(super) use race::{HedgedCall, Race, poll_race};

/// Returns the hedge that an argument lends.
#[inline]
pub fn lend_hedge<L: Lend<Hedge> + ?Sized>(lender: &L) -> Option<&Hedge> {
    lender.lend()
}

/// The use that a call makes of its hedge.
#[derive(Debug)]
pub struct Hedging<'a> {
    hedge: Option<&'a Hedge>,
    operation: &'static str,
    level: LogLevel,
    /// Whether the peer has asked to wait, so that no more copies start.
    is_over: AtomicBool,
    /// The number of the attempt that runs.
    attempt: AtomicU32,
}

impl<'a> Hedging<'a> {
    /// Starts a call. Its first attempt deposits the call's part of a copy.
    #[inline]
    #[must_use]
    pub fn new(hedge: Option<&'a Hedge>, site: &Site<'_>) -> Hedging<'a> {
        let (operation, level) = (site.operation, site.log.of_hedge());
        Hedging { hedge, operation, level, is_over: AtomicBool::new(false), attempt: AtomicU32::new(1) }
    }

    /// Returns the failure of an attempt, whose hint ends hedging for the call when it is read.
    #[inline]
    pub fn watch<F: Failure>(&self, failure: F) -> Watched<'_, F> {
        Watched { failure, hedging: self }
    }

    /// Returns the hedge if a copy may start in this call.
    fn active(&self) -> Option<&'a Hedge> {
        let hedge = self.hedge.filter(|_| !self.is_over.load(Ordering::Relaxed))?;
        enabled::is_enabled().then_some(hedge)
    }

    /// Returns the failure of one try, and whether it ends the attempt although others run. Its hint ends hedging.
    pub fn is_final(&self, failure: &impl Failure) -> bool {
        self.hinted(failure.hint().is_some());
        !failure.is_retryable()
    }

    /// Ends hedging for this call if the peer has asked to wait.
    #[inline]
    pub fn hinted(&self, has_hint: bool) {
        if has_hint {
            self.is_over.store(true, Ordering::Relaxed);
        }
    }

    /// Runs an attempt with its copies, which `start` creates. The timer is that of the runtime.
    #[inline]
    pub fn attempt<'h, T, F, X, H, S, J>(
        &'h self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
    ) -> Hedged<'h, F, X, H, S, J, impl FnMut(Duration) -> Wait, Wait>
    where
        F: Future<Output = T>,
        X: CopyRules,
        H: Handles,
        S: Fn(H::Handle) -> F,
        J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    {
        let timer = |delay| Wait::timer(from_duration(delay));
        self.first_try(attempt, shared, handles, start, judge, timer)
    }

    /// Begins an attempt. The first one deposits the call's part of a copy.
    #[inline]
    pub(super) fn begin(&self, attempt: u32) {
        if let Some(hedge) = self.hedge.filter(|_| attempt == 1) {
            hedge.deposit();
        }
        self.attempt.store(attempt, Ordering::Relaxed);
    }

    fn first_try<'h, F, X: CopyRules, H: Handles, S: Fn(H::Handle) -> F, J, N, W>(
        &'h self,
        attempt: u32,
        shared: X,
        handles: H,
        start: S,
        judge: J,
        timer: N,
    ) -> Hedged<'h, F, X, H, S, J, N, W> {
        self.begin(attempt);
        let first = start(handles.first());
        Hedged { call: HedgedCall { hedging: self, shared, handles }, start, judge, timer, race: None, first }
    }
}

/// Runs an attempt like [`Hedging::attempt`], with the caller's timer.
#[inline]
pub fn hedged_with<'h, T, F, X, H, S, J, N, W>(
    hedging: &'h Hedging<'h>,
    attempt: u32,
    shared: X,
    handles: H,
    start: S,
    judge: J,
    sleep: &'h N,
) -> Hedged<'h, F, X, H, S, J, impl FnMut(Duration) -> Slept<W> + use<'h, T, F, X, H, S, J, N, W>, Slept<W>>
where
    F: Future<Output = T>,
    X: CopyRules,
    H: Handles,
    S: Fn(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: Fn(Duration) -> W,
    W: Future<Output = ()>,
{
    hedging.first_try(attempt, shared, handles, start, judge, move |delay| timer_with(sleep, delay))
}

/// Checks the delay of a hedge, which is written on a function.
///
/// # Panics
/// If `delay` is 0.
#[track_caller]
pub const fn check_delay(delay: Duration) {
    Hedge::check_delay(delay);
}

/// A failure whose hint ends hedging. See [`Hedging::watch`].
#[derive(Debug)]
pub struct Watched<'h, F> {
    failure: F,
    hedging: &'h Hedging<'h>,
}

impl<F: Failure> Failure for Watched<'_, F> {
    fn describe(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.failure.describe(f)
    }

    fn is_retryable(&self) -> bool {
        self.failure.is_retryable()
    }

    fn hint(&self) -> Option<Duration> {
        let hint = self.failure.hint();
        self.hedging.hinted(hint.is_some());
        hint
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        self.failure.own_delay()
    }

    fn is_refusal(&self) -> bool {
        self.failure.is_refusal()
    }

    fn operation(&self) -> Option<&dyn Display> {
        self.failure.operation()
    }

    fn waited(&self) -> Option<&Cell<u64>> {
        self.failure.waited()
    }
}

/// Answers a question about an outcome by the rules of a function.
#[inline]
pub fn judge<O: Outcome>(
    outcome: O,
    question: Question,
    accepts: impl FnOnce(&O::Ok) -> bool,
    is_final: impl FnOnce(&O::Error) -> bool,
) -> (O, bool) {
    let result = outcome.into_result();
    let answer = match (&result, question) {
        (result, Question::IsValue) => result.is_ok(),
        (Ok(value), Question::EndsAttempt) => accepts(value),
        (Err(error), Question::EndsAttempt) => is_final(error),
    };
    (O::from_result(result), answer)
}

pin_project! {
    /// A hedged attempt. See the module's documentation.
    #[must_use = "an attempt runs only when awaited"]
    pub struct Hedged<'h, F, X, H, S, J, N, W> {
        call: HedgedCall<'h, 'h, X, H>,
        start: S,
        judge: J,
        timer: N,
        race: Option<Pin<Box<Race<'h, F, W>>>>,
        #[pin]
        first: F,
    }
}

impl<T, F, X, H, S, J, N, W> Future for Hedged<'_, F, X, H, S, J, N, W>
where
    F: Future<Output = T>,
    X: CopyRules,
    H: Handles,
    S: Fn(H::Handle) -> F,
    J: FnMut(T, Question, &Hedging<'_>) -> (T, bool),
    N: FnMut(Duration) -> W,
    W: Future<Output = ()>,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        poll_race(this.first, this.race, this.call, (this.start, this.judge, this.timer), context)
    }
}
