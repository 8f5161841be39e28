//! After an attempt: the code that every retried function shares, out of line and free of its types.

use core::cell::Cell;
use core::fmt::{self, Display};
use core::time::Duration;
use std::borrow::Cow;

#[cfg(target_has_atomic = "64")]
use crate::breaker::CircuitOpen;
use crate::clock::Clock;
use crate::decide::{Decision, Failed, decide};
use crate::failure::Failure;
use crate::nanos::{Nanos, from_duration, to_duration};
use crate::observe::{self, Facts};
use crate::policy::Policy;
use crate::progress::{Progress, Running};
use crate::reason::GiveUpReason;
use crate::scene;
use crate::sleep;
use crate::step::Delay;

/// A retried function: its name and its policy, as written.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    operation: &'static str,
    policy: Policy,
    env: Option<Environment>,
}

/// How the environment overrides a policy, and under which prefix. A pointer, so that only a program with such a
/// function has the code that reads settings.
#[derive(Clone, Copy, Debug)]
struct Environment {
    prefix: &'static str,
    over: fn(Policy, &'static str) -> Policy,
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
    pub const fn with_env(mut self, prefix: &'static str) -> Site {
        self.env = Some(Environment { prefix, over: Policy::with_env });
        self
    }

    /// Its policy.
    #[inline]
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What counts instead of the policy once an attempt has failed: before that, nobody looks at the environment, or
    /// for a test's guard, which may say how many attempts there are.
    #[inline]
    fn overridden(&self) -> Option<Policy> {
        (self.env.is_some() || scene::is_any_up()).then(|| self.override_policy())
    }

    #[cold]
    #[inline(never)]
    fn override_policy(&self) -> Policy {
        let policy = match self.env {
            Some(Environment { prefix, over }) => over(self.policy, prefix),
            None => self.policy,
        };
        match scene::current() {
            Some(scene) => scene.limit(policy),
            None => policy,
        }
    }
}

/// An attempt failed: the wait before the next, or `None` to give up. Tells of either.
#[cold]
#[inline(never)]
pub(crate) fn next(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    clock: Clock,
) -> Option<Nanos> {
    let failed = Attempt::failed(site, progress, failure, clock, Tell::Now, decided);
    failed.tell(site, failure);
    match failed.decision {
        Decision::Retry { wait, .. } => Some(wait),
        Decision::GiveUp(_) => None,
    }
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
    plan(site, progress, failure, Clock::Blocking, tell, decided)
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
    plan(site, progress, failure, Clock::Async, tell, decided)
}

/// The decision as it was taken: nothing is shared with other calls that could have a say in it.
fn decided(decision: Decision, _: &Failed) -> Decision {
    decision
}

/// What comes next, and what has yet to be told. `hold` may end what the decision would go on with: it asks what other
/// calls leave.
pub(crate) fn plan(
    site: &Site,
    progress: &mut Progress,
    failure: &dyn Failure,
    clock: Clock,
    tell: Tell,
    hold: impl FnOnce(Decision, &Failed) -> Decision,
) -> Result<Planned, GivenUp> {
    let failed = Attempt::failed(site, progress, failure, clock, tell, hold);
    let untold = match tell {
        Tell::Now => {
            failed.tell(site, failure);
            None
        }
        Tell::Later => Some(Untold::new(site, failed.max_attempts, failure)),
    };
    let Attempt { number: attempt, elapsed, .. } = failed;
    match failed.decision {
        Decision::Retry { wait, .. } => Ok(Planned { attempt, elapsed, wait, untold }),
        Decision::GiveUp(reason) => Err(GivenUp { reason, attempts: attempt, elapsed, untold }),
    }
}

/// An attempt that failed, and what follows.
struct Attempt {
    number: u32,
    max_attempts: Option<u32>,
    elapsed: Duration,
    decision: Decision,
}

impl Attempt {
    /// Takes the decision, holds it to what other calls leave and, on the way to another attempt, moves `progress` on.
    fn failed(
        site: &Site,
        progress: &mut Progress,
        failure: &dyn Failure,
        clock: Clock,
        tell: Tell,
        hold: impl FnOnce(Decision, &Failed) -> Decision,
    ) -> Attempt {
        let overridden = site.overridden();
        let policy = overridden.as_ref().unwrap_or(&site.policy);
        let now = (tell == Tell::Later || is_timed(progress)).then(|| clock.now());
        let running = progress.running(policy, now);
        let failed = failed(&running, policy, failure, now);
        let decision = hold(decide(policy, &failed), &failed);
        if let Decision::Retry { delay, wait } = decision {
            progress.advance(running, delay);
            if let Some(waited) = failure.waited() {
                waited.set(failed.waited.saturating_add(wait));
            }
        }
        Attempt {
            number: failed.attempt,
            max_attempts: policy.max_attempts(),
            elapsed: to_duration(failed.elapsed),
            decision,
        }
    }

    fn tell(&self, site: &Site, failure: &dyn Failure) {
        if !observe::is_watched() {
            return;
        }
        let facts = Facts {
            operation: failure.operation().unwrap_or(&site.operation),
            label: site.operation,
            attempt: self.number,
            max_attempts: self.max_attempts,
            elapsed: self.elapsed,
        };
        match self.decision {
            Decision::Retry { wait, .. } => observe::retry(&facts, to_duration(wait), &Described(failure)),
            Decision::GiveUp(reason) => observe::give_up(&facts, reason, &Described(failure)),
        }
    }
}

/// An error, written as best it can be.
struct Described<'a>(&'a dyn Failure);

impl Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
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
    fn new(site: &Site, max_attempts: Option<u32>, failure: &dyn Failure) -> Untold {
        let operation = match failure.operation() {
            Some(operation) => Cow::Owned(operation.to_string()),
            None => Cow::Borrowed(site.operation),
        };
        Untold { operation, label: site.operation, max_attempts, error: Described(failure).to_string() }
    }

    fn facts(&self, attempt: u32, elapsed: Duration) -> Facts<'_> {
        let Untold { operation, label, max_attempts, .. } = self;
        Facts { operation, label, attempt, max_attempts: *max_attempts, elapsed }
    }
}

/// Whether anybody wants to know how long the call takes. Reading a clock may cost more than all the rest.
fn is_timed(progress: &Progress) -> bool {
    progress.is_timed() || observe::is_watched()
}

fn failed(running: &Running, policy: &Policy, failure: &dyn Failure, now: Option<Nanos>) -> Failed {
    let attempt = running.attempt.get();
    Failed {
        attempt,
        is_retryable: failure.is_retryable(),
        elapsed: running.elapsed(now),
        // A call that began with the clock began before anybody looked at the environment.
        previous: if attempt == 1 { policy.base } else { running.previous() },
        waited: failure.waited().map_or(0, Cell::get),
        hint: failure.hint().map(from_duration),
        draw: scene::draw(),
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
            max_attempts: site.overridden().unwrap_or(site.policy).max_attempts(),
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
pub(crate) fn recovered(site: &Site, progress: &Progress, operation: Option<&dyn Display>, clock: Clock) {
    if !observe::is_watched() {
        return;
    }
    let now = Some(clock.now());
    let overridden = site.overridden();
    let policy = overridden.as_ref().unwrap_or(&site.policy);
    let running = progress.running(policy, now);
    observe::recovered(&Facts {
        operation: operation.unwrap_or(&site.operation),
        label: site.operation,
        attempt: running.attempt.get(),
        max_attempts: policy.max_attempts(),
        elapsed: to_duration(running.elapsed(now)),
    });
}
