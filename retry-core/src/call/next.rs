//! After an attempt: the code that every retried function shares, out of line and free of its types.

use core::cell::Cell;
use core::fmt::Display;
use core::time::Duration;
use std::borrow::Cow;

#[cfg(target_has_atomic = "64")]
use crate::breaker::CircuitOpen;
use crate::call::progress::Progress;
use crate::call::step::Delay;
use crate::decision::decide::{Decision, Failed, decide, refusal};
use crate::decision::reason::GiveUpReason;
use crate::error::report::{Failure, Report};
use crate::observe::{self, Facts};
use crate::policy::nanos::{Nanos, to_duration};
use crate::policy::policy::Policy;
use crate::policy::random;
use crate::runtime::clock::Clock;
use crate::runtime::installed;
use crate::runtime::sleep;
use crate::runtime::test_context;

/// A retried function: its name and its policy, as written.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    operation: &'static str,
    policy: Policy,
    env: Option<&'static Environment>,
}

/// How the environment overrides a policy, and under which prefix. Behind a pointer, so that only a program with such a
/// function has the code that reads settings.
#[derive(Debug)]
pub struct Environment {
    prefix: &'static str,
    over: fn(Policy, &'static str) -> Policy,
}

impl Environment {
    /// That with settings under `prefix`.
    #[inline]
    #[must_use]
    pub const fn new(prefix: &'static str) -> Environment {
        Environment { prefix, over: Policy::with_env }
    }
}

impl Site {
    /// A function called `operation` in events.
    #[inline]
    #[must_use]
    pub const fn new(operation: &'static str, policy: Policy) -> Site {
        Site { operation, policy, env: None }
    }

    /// The same, its policy open to the environment.
    #[inline]
    #[must_use]
    pub const fn with_env(mut self, env: &'static Environment) -> Site {
        self.env = Some(env);
        // What may be overridden is looked at in full.
        self.policy.is_plain = false;
        self
    }

    /// Its policy.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether something else than the policy may count, once an attempt has failed: before that, nobody looks at the
    /// environment, or for a test's guard, which may say how many attempts there are.
    #[inline]
    fn is_overridden(&self) -> bool {
        self.env.is_some() || installed::is_scene_up()
    }

    /// The policy that counts once an attempt has failed.
    fn policy_now(&self) -> Policy {
        if self.is_overridden() { self.override_policy() } else { self.policy }
    }

    #[cold]
    #[inline(never)]
    fn override_policy(&self) -> Policy {
        let policy = match self.env {
            Some(Environment { prefix, over }) => over(self.policy, prefix),
            None => self.policy,
        };
        match test_context::current() {
            Some(scene) => scene.limit(policy),
            None => policy,
        }
    }
}

/// An attempt failed: the wait before the next, or `None` to give up. Tells of either.
#[inline(never)]
pub(crate) fn next(site: &Site, progress: &mut Progress, report: &Report<'_>, clock: Clock) -> Option<Nanos> {
    if report.terms.is_some() || !site.policy.is_plain || installed::any() || observe::is_recorded() {
        return next_in_full(site, progress, report, clock);
    }
    let attempt = progress.attempt();
    if refusal(&site.policy, attempt, report.is_retryable).is_some() {
        return None;
    }
    progress.advance(attempt);
    Some(site.policy.plain_interval(attempt).pick(random::draw()))
}

/// The same where there is more to it than a plain delay: a hint, a clock, an override, somebody who listens.
#[cold]
#[inline(never)]
fn next_in_full(site: &Site, progress: &mut Progress, report: &Report<'_>, clock: Clock) -> Option<Nanos> {
    let is_watched = observe::is_watched();
    let elapsed = elapsed(progress, clock, is_watched);
    let attempt = Attempt::failed(&site.policy_now(), progress, report, elapsed, test_context::draw(), None);
    if is_watched {
        attempt.tell(site, report);
    }
    attempt.wait()
}

/// How long the call has taken, if that is wanted or may end it. Reading a clock may cost more than all the rest.
fn elapsed(progress: &mut Progress, clock: Clock, is_wanted: bool) -> Nanos {
    if is_wanted || progress.is_timed() { progress.elapsed(clock.now()) } else { 0 }
}

/// When the log is told of a step: at once, or after a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// By the decision.
    Now,
    /// By [`Planned::announce`] or [`GivenUp::announce`].
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
    tell: Tell,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Blocking, tell, None)
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
    tell: Tell,
) -> Result<Planned, GivenUp> {
    plan(site, progress, failure, Clock::Async, tell, None)
}

/// May end what a decision would go on with: it asks what other calls leave.
pub(crate) type Hold<'h> = &'h mut dyn FnMut(Decision, Failed) -> Decision;

/// What comes next, and what has yet to be told.
pub(crate) fn plan(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    clock: Clock,
    tell: Tell,
    hold: Option<Hold<'_>>,
) -> Result<Planned, GivenUp> {
    let report = Report::new(failure, failure);
    let is_watched = observe::is_watched();
    let elapsed = elapsed(progress, clock, is_watched || tell == Tell::Later);
    let failed = Attempt::failed(&site.policy_now(), progress, &report, elapsed, test_context::draw(), hold);
    let untold = match tell {
        Tell::Now => {
            if is_watched {
                failed.tell(site, &report);
            }
            None
        }
        Tell::Later => Some(Untold::new(site, failed.max_attempts, &report)),
    };
    let Attempt { number: attempt, .. } = failed;
    let elapsed = to_duration(elapsed);
    match failed.decision {
        Decision::Retry { wait, .. } => Ok(Planned { attempt, elapsed, wait, untold }),
        Decision::GiveUp(reason) => Err(GivenUp { reason, attempts: attempt, elapsed, untold }),
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
        hold: Option<Hold<'_>>,
    ) -> Attempt {
        let failed = Failed {
            attempt: progress.attempt(),
            is_retryable: report.is_retryable,
            elapsed,
            previous: progress.previous,
            waited: if report.hint().is_some() { report.waited().map_or(0, Cell::get) } else { 0 },
            hint: report.hint(),
            draw,
        };
        let decided = decide(policy, failed);
        let decision = match hold {
            Some(hold) => hold(decided, failed),
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

/// What the log will be told when the error may be out of reach: a hook has it.
#[derive(Clone, Debug)]
struct Untold {
    operation: Cow<'static, str>,
    label: &'static str,
    max_attempts: Option<u32>,
    error: String,
}

impl Untold {
    fn new(site: &Site, max_attempts: Option<u32>, report: &Report<'_>) -> Untold {
        let operation = match report.failure.operation() {
            Some(operation) => Cow::Owned(operation.to_string()),
            None => Cow::Borrowed(site.operation),
        };
        Untold { operation, label: site.operation, max_attempts, error: report.to_string() }
    }

    fn facts(&self, attempt: u32, elapsed: Duration) -> Facts<'_> {
        let Untold { operation, label, max_attempts, .. } = self;
        Facts { operation, label, attempt, max_attempts: *max_attempts, elapsed }
    }
}

/// Another attempt, after a wait.
#[derive(Clone, Debug)]
pub struct Planned {
    pub(crate) attempt: u32,
    pub(crate) elapsed: Duration,
    wait: Nanos,
    untold: Option<Untold>,
}

impl Planned {
    /// Tells the log what it was not told yet.
    #[cold]
    #[inline(never)]
    pub fn announce(&self) {
        if let Some(untold) = &self.untold {
            observe::retry(&untold.facts(self.attempt, self.elapsed), self.delay(), &untold.error);
        }
    }

    /// How long to wait, for hooks.
    #[must_use]
    pub(crate) fn delay(&self) -> Duration {
        to_duration(self.wait)
    }

    /// Waits on this thread.
    #[cold]
    #[inline(never)]
    pub fn block(&self) {
        sleep::block(self.wait);
    }

    /// How long to wait.
    #[must_use]
    pub fn wait(&self) -> Delay {
        Delay(self.wait)
    }

    /// The end of a call whose breaker has opened while it waited.
    #[cfg(target_has_atomic = "64")]
    pub(crate) fn refused(&self) -> GivenUp {
        let Planned { attempt: attempts, elapsed, ref untold, .. } = *self;
        GivenUp { reason: GiveUpReason::CircuitOpen, attempts, elapsed, untold: untold.clone() }
    }

    pub(crate) fn operation(&self) -> &str {
        self.untold.as_ref().map_or("", |untold| &untold.operation)
    }

    pub(crate) fn max_attempts(&self) -> Option<u32> {
        self.untold.as_ref().and_then(|untold| untold.max_attempts)
    }
}

/// No other attempt.
#[derive(Clone, Debug)]
pub struct GivenUp {
    pub(crate) reason: GiveUpReason,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    untold: Option<Untold>,
}

impl GivenUp {
    /// A call that its breaker has refused before the first attempt. The log has not been told yet.
    #[cfg(target_has_atomic = "64")]
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn refused(site: &Site, operation: Option<&dyn Display>, open: &CircuitOpen) -> GivenUp {
        let untold = Untold {
            operation: operation.map_or(Cow::Borrowed(site.operation), |name| name.to_string().into()),
            label: site.operation,
            max_attempts: site.policy_now().max_attempts(),
            error: open.to_string(),
        };
        let (reason, attempts, elapsed) = (GiveUpReason::CircuitOpen, 0, Duration::ZERO);
        GivenUp { reason, attempts, elapsed, untold: Some(untold) }
    }

    /// Tells the log what it was not told yet.
    #[cold]
    #[inline(never)]
    pub fn announce(&self) {
        if let Some(untold) = &self.untold {
            observe::give_up(&untold.facts(self.attempts, self.elapsed), self.reason, &untold.error);
        }
    }

    pub(crate) fn operation(&self) -> &str {
        self.untold.as_ref().map_or("", |untold| &untold.operation)
    }

    pub(crate) fn max_attempts(&self) -> Option<u32> {
        self.untold.as_ref().and_then(|untold| untold.max_attempts)
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
        elapsed: to_duration(progress.elapsed(clock.now())),
    });
}
