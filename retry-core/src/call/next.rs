//! The decision after an attempt: code that every retried function shares, out of line and free of its types.

use core::cell::Cell;
use core::fmt::Display;

use super::handle::{Asked, Call};
use super::planned::{GivenUp, PendingEvent, Planned, Recovered};
use super::progress::Progress;
use super::site::Site;
use crate::decision::{Decision, FailedAttempt, decide, stop_reason};
use crate::error::{Failure, OwnDelay, Report, Shown};
use crate::observe::{self, Facts};
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::policy::{Policy, random};
use crate::runtime::{self, Clock, installed};

/// Decides about a failed attempt and emits the event. Returns the delay before the next attempt, or `None`
/// to give up.
///
/// A plain failure without listeners takes the short way here. It saves 36 % of the retry path: a sync call with two
/// retries takes 467 instructions with it and 725 without. Both ways decide the same, which a test of `decide` shows.
#[inline(never)]
pub(crate) fn next(
    site: &Site<'_>,
    progress: &mut Progress,
    report: &Report<'_>,
    clock: Clock,
) -> Option<Nanos> {
    if report.limits.is_some() || !site.is_plain() || installed::any() || observe::is_recorded() {
        return next_in_full(site, progress, report, clock, None);
    }
    let attempt = progress.attempt();
    if stop_reason(site.policy(), attempt, report.is_retryable).is_some() {
        return None;
    }
    progress.advance(attempt);
    // No test context is active here, so none can have a seed.
    Some(site.policy().plain_interval(attempt).pick(random::draw()))
}

/// Decides like [`next`], if there is more than a plain delay: a hint, a clock, an override, a receiver of events, or a
/// handle of the call.
#[cold]
#[inline(never)]
pub(super) fn next_in_full(
    site: &Site<'_>,
    progress: &mut Progress,
    report: &Report<'_>,
    clock: Clock,
    call: Option<&Call>,
) -> Option<Nanos> {
    let is_watched = observe::is_watched();
    let elapsed = elapsed(progress, clock, is_watched || call.is_some());
    let controls = Controls { call, is_cancelled: false };
    let attempt = Attempt::failed(site, progress, report, elapsed, controls, None);
    if is_watched {
        attempt.emit(site, report);
    }
    attempt.wait()
}

/// Returns how long the call has taken, if the time is wanted or may end the call, and 0 otherwise. A read of
/// the clock may cost more than the rest of the decision.
fn elapsed(progress: &mut Progress, clock: Clock, is_wanted: bool) -> Nanos {
    if is_wanted || progress.is_timed() { progress.elapsed(runtime::now(clock)) } else { 0 }
}

/// When the event of a step is emitted: at once, or after a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// The decision emits the event.
    Now,
    /// [`Planned::emit`] or [`GivenUp::emit`] emits the event.
    Later,
}

/// Plans the next step after a failed attempt of a blocking function with hooks, a fallback or an error of
/// its own.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_blocking(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Blocking, emit, Controls::NONE, None)
}

/// Plans like [`plan_blocking`], for an async function.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_async(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Async, emit, Controls::NONE, None)
}

/// Plans like [`plan_blocking`] or [`plan_async`], for a call that is controlled while it runs.
///
/// # Errors
/// If the call gives up.
#[cold]
#[inline(never)]
pub fn plan_controlled(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    emit: Emit,
    clock: Clock,
    controls: Controls<'_>,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, clock, emit, controls, None)
}

/// What controls a call while it runs: its body through the handle, and its caller by `cancel`.
#[derive(Clone, Copy, Debug)]
pub struct Controls<'a> {
    /// The handle of the body.
    pub call: Option<&'a Call>,
    /// Whether the caller has ended the call.
    pub is_cancelled: bool,
}

impl Controls<'_> {
    /// A call that nothing controls.
    pub const NONE: Controls<'static> = Controls { call: None, is_cancelled: false };
}

/// Vetoes a retry when the budget or the breaker does not allow it.
pub(crate) type Veto<'h> = &'h mut dyn FnMut(Decision, FailedAttempt) -> Decision;

/// Returns the plan for the next step, with the event if it is still pending.
pub(crate) fn plan(
    site: &Site<'_>,
    progress: &mut Progress,
    failure: &dyn Failure,
    clock: Clock,
    emit: Emit,
    controls: Controls<'_>,
    veto: Option<Veto<'_>>,
) -> Result<Planned, GivenUp> {
    let report = Report::new(failure, failure);
    let is_watched = observe::is_watched();
    let is_timed = is_watched || emit == Emit::Later || controls.call.is_some();
    let elapsed = elapsed(progress, clock, is_timed);
    let failed = Attempt::failed(site, progress, &report, elapsed, controls, veto);
    let pending = match emit {
        Emit::Now => {
            if is_watched {
                failed.emit(site, &report);
            }
            None
        }
        Emit::Later => {
            let Attempt { since_start, max_attempts, is_hinted, .. } = failed;
            Some(PendingEvent::new(site, since_start, max_attempts, is_hinted, &report))
        }
    };
    let Attempt { number: attempt, .. } = failed;
    match failed.decision {
        Decision::Retry { wait, .. } => {
            Ok(Planned { attempt, clock, started: progress.started(), elapsed, wait, pending })
        }
        Decision::GiveUp(reason) => {
            Err(GivenUp { reason, attempts: attempt, elapsed: to_duration(elapsed), pending })
        }
    }
}

/// Decides with the delay of the function, which is computed only if there is one more attempt. What it asks of the call
/// meanwhile counts for this decision; a restart, with which the attempt would have had another number, for the next.
#[cold]
#[inline(never)]
fn decide_by(
    policy: &Policy,
    mut failed: FailedAttempt,
    own_delay: &dyn OwnDelay,
    report: &Report<'_>,
    call: Option<&Call>,
) -> Decision {
    if !failed.is_stopped && stop_reason(policy, failed.attempt, failed.is_retryable).is_none() {
        failed.own_delay = Some(from_duration(own_delay.after(failed.attempt)));
        if let Some(call) = call {
            let asked = call.take();
            failed.is_stopped = asked.stop;
            failed.hint = failed.hint.max(asked.hint);
            failed.waited = waited(report, failed.hint);
            if asked.restart {
                call.restart();
            }
        }
    }
    decide(policy, failed)
}

/// Returns the sum of all waits so far, where a hint may exceed a limit on it.
fn waited(report: &Report<'_>, hint: Option<Nanos>) -> Nanos {
    if hint.is_some() { report.waited().map_or(0, Cell::get) } else { 0 }
}

/// Advances to the next attempt, if there is one.
#[inline]
fn advance(policy: &Policy, progress: &mut Progress, attempt: u32, report: &Report<'_>, decision: Decision) {
    if let Decision::Retry { delay, wait } = decision {
        progress.advance(attempt);
        progress.remember(policy.remembered(delay));
        if let Some(waited) = report.waited() {
            waited.set(waited.get().saturating_add(wait));
        }
    }
}

/// A failed attempt and the decision about it.
#[derive(Clone, Copy)]
struct Attempt {
    /// The number of the attempt, from 1.
    number: u32,
    /// The number since the last restart.
    since_start: u32,
    max_attempts: Option<u32>,
    elapsed: Nanos,
    /// Whether the peer asked to wait.
    is_hinted: bool,
    decision: Decision,
}

impl Attempt {
    /// Makes the decision, applies the veto and, before another attempt, advances `progress`.
    fn failed(
        site: &Site<'_>,
        progress: &mut Progress,
        report: &Report<'_>,
        elapsed: Nanos,
        controls: Controls<'_>,
        veto: Option<Veto<'_>>,
    ) -> Attempt {
        let overridden = site.overridden();
        let policy = overridden.as_ref().unwrap_or(site.policy());
        let asked = controls.call.map_or(Asked::NOTHING, Call::take);
        let mut before = controls.call.map_or(0, Call::before);
        if asked.restart {
            before = before.saturating_add(progress.attempt().saturating_sub(1));
            progress.restart();
        }
        let attempt = progress.attempt();
        let hint = report.hint().max(asked.hint);
        let failed = FailedAttempt {
            attempt,
            is_retryable: report.is_retryable,
            is_stopped: asked.stop,
            is_cancelled: controls.is_cancelled,
            elapsed,
            previous: progress.previous(),
            waited: waited(report, hint),
            hint,
            own_delay: None,
            draw: runtime::draw(),
        };
        let decided = match report.own_delay() {
            None => decide(policy, failed),
            Some(own_delay) => decide_by(policy, failed, own_delay, report, controls.call),
        };
        let decision = veto.map_or(decided, |veto| veto(decided, failed));
        advance(policy, progress, attempt, report, decision);
        if let Some(call) = controls.call {
            call.keep(progress, before, progress.attempt() >= policy.attempt_limit());
        }
        Attempt {
            number: before.saturating_add(attempt),
            since_start: attempt,
            max_attempts: policy.max_attempts(),
            elapsed,
            is_hinted: hint.is_some(),
            decision,
        }
    }

    /// Returns the delay before the next attempt, or `None` if there is none.
    fn wait(self) -> Option<Nanos> {
        match self.decision {
            Decision::Retry { wait, .. } => Some(wait),
            Decision::GiveUp(_) => None,
        }
    }

    /// Emits the event of the decision.
    #[cold]
    #[inline(never)]
    fn emit(self, site: &Site<'_>, report: &Report<'_>) {
        let operation = Shown(report.failure.operation().unwrap_or(&site.operation));
        let facts = Facts {
            operation: &operation,
            label: site.operation,
            attempt: self.number,
            max_attempts: self.max_attempts,
            elapsed: to_duration(self.elapsed),
            is_after_wait: false,
            level: match self.decision {
                Decision::Retry { .. } => site.log.of_retry(self.since_start),
                Decision::GiveUp(reason) => site.log.of_give_up(self.number, reason),
            },
        };
        match self.decision {
            Decision::Retry { wait, .. } => observe::retry(&facts, to_duration(wait), report),
            Decision::GiveUp(reason) => observe::give_up(&facts, reason, report),
        }
    }
}

/// Emits the event that a blocking call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_blocking(site: &Site<'_>, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Blocking);
}

/// Emits the event that an async call succeeded after a failure.
#[cold]
#[inline(never)]
pub fn recovered_async(site: &Site<'_>, progress: &Progress, operation: Option<&dyn Display>) {
    recovered(site, progress, operation, Clock::Async);
}

/// Emits the event that the call succeeded after a failure.
#[inline]
pub(crate) fn recovered(site: &Site<'_>, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    if has_receiver() {
        emit_recovered(site, progress, operation, clock);
    }
}

/// Returns whether anything may receive the event of a success.
#[inline]
pub(super) fn has_receiver() -> bool {
    installed::any() || observe::is_recorded()
}

#[cold]
#[inline(never)]
fn emit_recovered(site: &Site<'_>, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    if !observe::is_watched() {
        return;
    }
    let mut progress = *progress;
    observe::recovered(&Facts {
        operation: &Shown(operation.unwrap_or(&site.operation)),
        label: site.operation,
        attempt: progress.attempt(),
        max_attempts: site.max_attempts(),
        elapsed: to_duration(progress.elapsed(runtime::now(clock))),
        is_after_wait: false,
        level: site.log.of_recovery(progress.attempt()),
    });
}

/// Emits the event like [`recovered_blocking`] or [`recovered_async`], for a call that its body may have restarted or
/// that has a hook. Returns the facts for the hook.
#[cold]
#[inline(never)]
pub fn recovered_controlled(
    clock: Clock,
    site: &Site<'_>,
    progress: &mut Progress,
    call: Option<&Call>,
    operation: Option<&dyn Display>,
) -> Recovered {
    let since_start = progress.attempt();
    let attempt = call.map_or(0, Call::before).saturating_add(since_start);
    let elapsed = progress.elapsed(runtime::now(clock));
    let recovered = Recovered::new(site, attempt, to_duration(elapsed), operation);
    if observe::is_watched() {
        observe::recovered(&recovered.facts(site.log.of_recovery(since_start)));
    }
    recovered
}
