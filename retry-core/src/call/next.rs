//! After an attempt: the code that every retried function shares, out of line and free of its types.

use core::cell::Cell;
use core::fmt::Display;

use super::planned::{GivenUp, PendingEvent, Planned};
use super::progress::Progress;
use super::site::Site;
use crate::decision::{Decision, FailedAttempt, decide, stop_reason};
use crate::error::{Failure, Report};
use crate::observe::{self, Facts};
use crate::policy::nanos::{Nanos, to_duration};
use crate::policy::{Policy, random};
use crate::runtime::{self, Clock, installed};

/// An attempt failed: the wait before the next, or `None` to give up. Tells of either.
#[inline(never)]
pub(crate) fn next(site: &Site, progress: &mut Progress, report: &Report<'_>, clock: Clock) -> Option<Nanos> {
    if report.limits.is_some() || !site.policy().is_plain || installed::any() || observe::is_recorded() {
        return next_in_full(site, progress, report, clock);
    }
    let attempt = progress.attempt();
    if stop_reason(site.policy(), attempt, report.is_retryable).is_some() {
        return None;
    }
    progress.advance(attempt);
    Some(site.policy().plain_interval(attempt).pick(random::draw()))
}

/// The same where there is more to it than a plain delay: a hint, a clock, an override, somebody who listens.
#[cold]
#[inline(never)]
fn next_in_full(site: &Site, progress: &mut Progress, report: &Report<'_>, clock: Clock) -> Option<Nanos> {
    let is_watched = observe::is_watched();
    let elapsed = elapsed(progress, clock, is_watched);
    let attempt = Attempt::failed(&site.policy_now(), progress, report, elapsed, runtime::draw(), None);
    if is_watched {
        attempt.tell(site, report);
    }
    attempt.wait()
}

/// How long the call has taken, if that is wanted or may end it. Reading a clock may cost more than all the rest.
fn elapsed(progress: &mut Progress, clock: Clock, is_wanted: bool) -> Nanos {
    if is_wanted || progress.is_timed() { progress.elapsed(runtime::now(clock)) } else { 0 }
}

/// When the log is told of a step: at once, or after a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// By the decision.
    Now,
    /// By [`Planned::emit`] or [`GivenUp::emit`].
    Later,
}

/// A blocking attempt of a function with hooks, a fallback or an error of its own failed: what comes next.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_blocking(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Blocking, emit, None)
}

/// The same for an async attempt.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_async(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Async, emit, None)
}

/// May end what a decision would go on with: it asks what other calls leave.
pub(crate) type Veto<'h> = &'h mut dyn FnMut(Decision, FailedAttempt) -> Decision;

/// What comes next, and what has yet to be told.
pub(crate) fn plan(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    clock: Clock,
    emit: Emit,
    veto: Option<Veto<'_>>,
) -> Result<Planned, GivenUp> {
    let report = Report::new(failure, failure);
    let is_watched = observe::is_watched();
    let elapsed = elapsed(progress, clock, is_watched || emit == Emit::Later);
    let failed = Attempt::failed(&site.policy_now(), progress, &report, elapsed, runtime::draw(), veto);
    let pending = match emit {
        Emit::Now => {
            if is_watched {
                failed.tell(site, &report);
            }
            None
        }
        Emit::Later => Some(PendingEvent::new(site, failed.max_attempts, &report)),
    };
    let Attempt { number: attempt, .. } = failed;
    let elapsed = to_duration(elapsed);
    match failed.decision {
        Decision::Retry { wait, .. } => Ok(Planned { attempt, elapsed, wait, pending }),
        Decision::GiveUp(reason) => Err(GivenUp { reason, attempts: attempt, elapsed, pending }),
    }
}

/// An attempt that failed, and what follows.
#[derive(Clone, Copy)]
struct Attempt {
    number: u32,
    max_attempts: Option<u32>,
    elapsed: Nanos,
    decision: Decision,
}

impl Attempt {
    /// Takes the decision, holds it to what other calls leave and, on the way to another attempt, moves `progress` on.
    fn failed(
        policy: &Policy,
        progress: &mut Progress,
        report: &Report<'_>,
        elapsed: Nanos,
        draw: u64,
        veto: Option<Veto<'_>>,
    ) -> Attempt {
        let failed = FailedAttempt {
            attempt: progress.attempt(),
            is_retryable: report.is_retryable,
            elapsed,
            previous: progress.previous,
            waited: if report.hint().is_some() { report.waited().map_or(0, Cell::get) } else { 0 },
            hint: report.hint(),
            draw,
        };
        let decided = decide(policy, failed);
        let decision = match veto {
            Some(veto) => veto(decided, failed),
            None => decided,
        };
        if let Decision::Retry { delay, wait } = decision {
            progress.advance(failed.attempt);
            progress.previous = policy.remembered(delay);
            if let Some(waited) = report.waited() {
                waited.set(waited.get().saturating_add(wait));
            }
        }
        Attempt { number: failed.attempt, max_attempts: policy.max_attempts(), elapsed, decision }
    }

    /// The wait before the next.
    fn wait(self) -> Option<Nanos> {
        match self.decision {
            Decision::Retry { wait, .. } => Some(wait),
            Decision::GiveUp(_) => None,
        }
    }

    /// Tells everybody who listens.
    #[cold]
    #[inline(never)]
    fn tell(self, site: &Site, report: &Report<'_>) {
        let facts = Facts {
            operation: report.failure.operation().unwrap_or(&site.operation),
            label: site.operation,
            attempt: self.number,
            max_attempts: self.max_attempts,
            elapsed: to_duration(self.elapsed),
        };
        match self.decision {
            Decision::Retry { wait, .. } => observe::retry(&facts, to_duration(wait), report),
            Decision::GiveUp(reason) => observe::give_up(&facts, reason, report),
        }
    }
}

/// A blocking call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_blocking(site: &Site, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Blocking);
}

/// An async call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_async(site: &Site, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Async);
}

/// The call succeeded after a failure.
#[inline]
pub(crate) fn recovered(site: &Site, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    if installed::any() || observe::is_recorded() {
        tell_recovered(site, progress, operation, clock);
    }
}

#[cold]
#[inline(never)]
fn tell_recovered(site: &Site, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    if !observe::is_watched() {
        return;
    }
    let mut progress = *progress;
    observe::recovered(&Facts {
        operation: operation.unwrap_or(&site.operation),
        label: site.operation,
        attempt: progress.attempt(),
        max_attempts: site.policy_now().max_attempts(),
        elapsed: to_duration(progress.elapsed(runtime::now(clock))),
    });
}
