//! The step from one attempt to the next: the code of a function besides its body.
//!
//! A success at the first attempt passes through. Everything else is out of line. Functions without rules of
//! their own share it if they have the same success and error types. It receives the result by value. A borrowed result would
//! have to be kept in memory and registers, and the success would pay for that.

use core::fmt::Display;
use core::ops::ControlFlow::{self, Break, Continue};

use super::next;
use super::position::{Begun, Position};
use super::progress::Progress;
use super::site::Site;
use crate::decision::Outcome;
use crate::error::{Chained, Classifier, Describe, Failure, Known, Report};
use crate::policy::nanos::Nanos;
use crate::runtime::sleep;
use crate::runtime::{Clock, Delay};

/// How a function waits before the next attempt.
pub trait WaitMode {
    /// The part of the wait that remains after the step.
    type Wait;

    /// The clock of the call.
    const CLOCK: Clock;

    /// Waits, or returns the delay.
    fn wait(delay: Delay) -> Self::Wait;
}

/// Waits by blocking the thread.
#[derive(Clone, Copy, Debug)]
pub struct Block;

impl WaitMode for Block {
    type Wait = ();
    const CLOCK: Clock = Clock::Blocking;

    fn wait(delay: Delay) {
        sleep::block(delay.0);
    }
}

/// Waits by a blocking function of the caller.
#[derive(Clone, Copy, Debug)]
pub struct BlockBy;

impl WaitMode for BlockBy {
    type Wait = Delay;
    const CLOCK: Clock = Clock::Blocking;

    fn wait(delay: Delay) -> Delay {
        delay
    }
}

/// Waits by awaiting a timer.
#[derive(Clone, Copy, Debug)]
pub struct Sleep;

impl WaitMode for Sleep {
    type Wait = Delay;
    const CLOCK: Clock = Clock::Async;

    fn wait(delay: Delay) -> Delay {
        delay
    }
}

/// Handles the outcome of an attempt of a blocking call. Returns the end of the call, or the position and the
/// wait of the next attempt.
#[inline]
pub fn step_blocking<'m, P: WaitMode, O: Outcome, A: AfterAttempt<O::Error>>(
    mode: P,
    site: &'m Site,
    position: Position<'m>,
    after: A,
    outcome: O,
) -> ControlFlow<O, (Position<'m>, P::Wait)> {
    let result = outcome.into_result();
    if result.is_ok() && !position.has_retried() {
        return Break(O::from_result(result));
    }
    let begun = position.begun(site);
    match finish_attempt(mode, result, begun.itself(), after) {
        Continue(wait) => Continue((Position::Retried(begun), wait)),
        Break(result) => Break(O::from_result(result)),
    }
}

/// Handles the outcome of an attempt of an async call, whose progress is stored from the start. Returns the
/// end of the call, or the delay before the next attempt.
#[inline]
pub fn step<O: Outcome, A: AfterAttempt<O::Error>>(
    site: &Site,
    progress: &mut Progress,
    after: A,
    outcome: O,
) -> ControlFlow<O, Delay> {
    step_at(Sleep, site, progress, after, outcome)
}

/// Handles the outcome of an attempt in any wait mode, for a call that has its site in memory. Such a call
/// pays in any case for the costs that a [`Position`] avoids.
#[inline]
pub(crate) fn step_at<P: WaitMode, O: Outcome, A: AfterAttempt<O::Error>>(
    mode: P,
    site: &Site,
    progress: &mut Progress,
    after: A,
    outcome: O,
) -> ControlFlow<O, P::Wait> {
    let result = outcome.into_result();
    if !progress.has_retried() && result.is_ok() {
        return Break(O::from_result(result));
    }
    finish_attempt(mode, result, (site, progress), after).map_break(O::from_result)
}

/// Handles a failure, or a success after a failure. The error is dropped before the wait.
#[cold]
#[inline(never)]
fn finish_attempt<P: WaitMode, T, E, A: AfterAttempt<E>>(
    _: P,
    result: Result<T, E>,
    call: impl Call,
    after: A,
) -> ControlFlow<Result<T, E>, P::Wait> {
    let error = match result {
        Ok(value) => {
            call.with_decider(P::CLOCK, |decider| after.decide(None, decider));
            return Break(Ok(value));
        }
        Err(error) => error,
    };
    let NextWait(wait) = call.with_decider(P::CLOCK, |decider| after.decide(Some(&error), decider));
    match wait {
        Some(wait) => {
            drop(error);
            Continue(P::wait(Delay(wait)))
        }
        None => Break(Err(error)),
    }
}

/// A call, with its site and its progress in any place.
trait Call {
    /// Passes the decider of the call to `decide`.
    fn with_decider(self, clock: Clock, decide: impl FnOnce(Decider<'_>) -> NextWait) -> NextWait;
}

impl Call for (&Site, &mut Progress) {
    #[inline]
    fn with_decider(self, clock: Clock, decide: impl FnOnce(Decider<'_>) -> NextWait) -> NextWait {
        let (site, progress) = self;
        decide(Decider { site, progress, clock })
    }
}

impl Call for Option<&Begun<'_>> {
    #[inline]
    fn with_decider(self, clock: Clock, decide: impl FnOnce(Decider<'_>) -> NextWait) -> NextWait {
        let Begun { site, progress: kept, .. } = self.expect("`Begun::new` stores the address");
        let mut progress = kept.get();
        let next = decide(Decider { site, progress: &mut progress, clock });
        kept.set(progress);
        next
    }
}

/// The rules of a function for the end of an attempt.
pub trait AfterAttempt<E: ?Sized> {
    /// Decides about a failure, or reports the success that ends the call.
    fn decide(self, error: Option<&E>, decider: Decider<'_>) -> NextWait;
}

/// A function without rules: the error's type decides.
impl<E, D, O, C> AfterAttempt<E> for Known<D, O, C>
where
    E: ?Sized,
    D: Describe<E> + Default,
    O: Classifier<E> + Default,
    C: Chained<E> + Default,
{
    fn decide(self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        match error {
            Some(error) => decider.after_failure(&self.see(error)),
            None => decider.after_recovery(None),
        }
    }
}

/// A function with rules of its own.
#[derive(Clone, Copy, Debug)]
pub struct Rules<F>(F);

/// Returns the rules in `rules`, whose argument is typed by the outcome.
#[inline]
pub fn rules<O: Outcome, F: FnOnce(Option<&O::Error>, Decider<'_>) -> NextWait>(_: &O, rules: F) -> Rules<F> {
    Rules(rules)
}

impl<E, F: FnOnce(Option<&E>, Decider<'_>) -> NextWait> AfterAttempt<E> for Rules<F> {
    fn decide(self, error: Option<&E>, decider: Decider<'_>) -> NextWait {
        (self.0)(error, decider)
    }
}

/// Decides about one attempt of a call.
#[derive(Debug)]
pub struct Decider<'a> {
    site: &'a Site,
    progress: &'a mut Progress,
    clock: Clock,
}

impl Decider<'_> {
    /// Returns the decision after a failure.
    #[inline]
    #[must_use]
    pub fn after_failure<F: Failure>(self, failure: &F) -> NextWait {
        NextWait(next::next(self.site, self.progress, &Report::new(failure, failure), self.clock))
    }

    /// Emits the event of a success after a failure. `operation` is the name with its placeholders filled in.
    #[inline]
    #[must_use]
    pub fn after_recovery(self, operation: Option<&dyn Display>) -> NextWait {
        next::recovered(self.site, self.progress, operation, self.clock);
        NextWait(None)
    }
}

/// The delay before the next attempt; without a delay the call ends.
#[derive(Clone, Copy, Debug)]
pub struct NextWait(Option<Nanos>);
