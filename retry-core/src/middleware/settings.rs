//! The policy of a layer and the shared state of its calls, with the decision after a failed attempt.

use core::error::Error;
use core::fmt::{self, Debug, Display, Formatter};
use core::time::Duration;
use std::sync::Arc;

use super::verdict::Verdict;
use crate::breaker::CircuitBreaker;
use crate::budget::RetryBudget;
use crate::call::limits::{Ended, Lend, Shared, plan_async_shared};
use crate::call::name::Name;
use crate::call::refusal::Refusal;
use crate::call::{Emit, GivenUp, Planned, Progress, Site, plan_async, recovered_async};
use crate::error::Failure;
use crate::error::chain::has_refusal;
use crate::observe::LogRules;
use crate::policy::Policy;
use crate::throttle::Throttle;

/// A lender that the calls of a layer share.
type Lender<T> = Option<Arc<dyn Lend<T> + Send + Sync>>;

/// The policy of a layer and the shared state of its calls.
#[derive(Clone)]
pub(super) struct Settings {
    policy: Policy,
    name: Name,
    log: LogRules,
    budget: Lender<RetryBudget>,
    breaker: Lender<CircuitBreaker>,
    throttle: Lender<Throttle>,
}

impl Settings {
    #[track_caller]
    pub(super) fn new(policy: Policy) -> Settings {
        let (name, log) = (Name::caller(), LogRules::USUAL);
        Settings { policy, name, log, budget: None, breaker: None, throttle: None }
    }

    pub(super) fn set_name(&mut self, name: &'static str) {
        self.name = Name::Written(name);
    }

    pub(super) fn set_budget(&mut self, budget: impl Lend<RetryBudget> + Send + Sync + 'static) {
        self.budget = Some(Arc::new(budget));
    }

    pub(super) fn set_breaker(&mut self, breaker: impl Lend<CircuitBreaker> + Send + Sync + 'static) {
        self.breaker = Some(Arc::new(breaker));
    }

    pub(super) fn set_throttle(&mut self, throttle: impl Lend<Throttle> + Send + Sync + 'static) {
        self.throttle = Some(Arc::new(throttle));
    }

    /// Returns whether the clock is read when a call starts.
    #[cfg(feature = "tower")]
    #[inline]
    pub(super) fn has_deadline(&self) -> bool {
        self.policy.has_deadline()
    }

    /// Returns whether an attempt may be refused after its wait, so that the last outcome is kept until then.
    pub(super) fn may_refuse(&self) -> bool {
        self.breaker.is_some()
    }

    #[inline]
    pub(super) fn budget(&self) -> Option<&RetryBudget> {
        self.budget.as_ref().and_then(|budget| budget.lend())
    }

    #[inline]
    pub(super) fn breaker(&self) -> Option<&CircuitBreaker> {
        self.breaker.as_ref().and_then(|breaker| breaker.lend())
    }

    #[inline]
    pub(super) fn throttle(&self) -> Option<&Throttle> {
        self.throttle.as_ref().and_then(|throttle| throttle.lend())
    }

    /// Returns the use that a call makes of the shared state. It is yet to be admitted.
    #[inline]
    pub(super) fn shared(&self) -> Shared<'_> {
        Shared::new(self.budget(), self.breaker(), self.throttle())
    }

    /// Returns the progress at the start of a call. Reads the clock only if the policy has a deadline.
    #[inline]
    pub(super) fn begin(&self) -> Progress {
        // The name is not needed to start.
        Progress::asynchronous(&Site::new("", &self.policy))
    }

    fn site(&self) -> Site<'_> {
        self.site_of(&self.policy)
    }

    fn site_of<'a>(&self, policy: &'a Policy) -> Site<'a> {
        Site::new(self.name.label(), policy).with_log(self.log)
    }

    /// Returns the policy of a call that has a deadline of its own, too.
    fn policy_until(&self, deadline: Duration) -> Policy {
        let earliest = self.policy.time_limit().map_or(deadline, |own| own.min(deadline));
        self.policy.deadline(earliest)
    }

    /// Emits the event of a call that was refused before its first attempt.
    #[cold]
    #[inline(never)]
    pub(super) fn emit_refused(&self, refusal: &Refusal) {
        GivenUp::refused(&self.site(), Some(&self.name), refusal).emit();
    }

    /// Emits the event of a call that succeeded after a failure.
    #[inline]
    pub(super) fn succeeded(&self, progress: &Progress) {
        if progress.has_retried() {
            recovered_async(&self.site(), progress, Some(&self.name));
        }
    }

    /// Plans the next attempt after a failed one, and emits the event. Returns `None` if the call ends.
    #[cold]
    #[inline(never)]
    pub(super) fn plan(
        &self,
        progress: &mut Progress,
        failed: &Failed<'_>,
        shared: Option<&mut Shared<'_>>,
    ) -> Option<Planned> {
        let failure = Named { failed, name: &self.name };
        let policy = failed.deadline.map(|deadline| self.policy_until(deadline));
        let site = self.site_of(policy.as_ref().unwrap_or(&self.policy));
        // A breaker may end the call after the wait, when the text of the error is no longer available.
        let emit = if self.may_refuse() { Emit::Later } else { Emit::Now };
        let planned = match shared {
            Some(shared) => plan_async_shared(&site, progress, &failure, emit, shared, failed.ended()),
            None => plan_async(&site, progress, &failure, emit),
        };
        planned.inspect(Planned::emit).inspect_err(GivenUp::emit).ok()
    }
}

impl Debug for Settings {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("policy", &self.policy)
            .field("name", &self.name)
            .field("budget", &self.budget())
            .field("breaker", &self.breaker())
            .field("throttle", &self.throttle())
            .finish_non_exhaustive()
    }
}

/// A failed attempt of a layer's call.
pub(super) struct Failed<'a> {
    pub(super) verdict: Verdict,
    /// Whether there is a request for another attempt.
    pub(super) can_repeat: bool,
    /// The failure, for events: the error, or a text about the response.
    pub(super) description: &'a dyn Display,
    /// The error, if the service returned one.
    pub(super) error: Option<&'a (dyn Error + 'static)>,
    /// The deadline that the request itself has.
    pub(super) deadline: Option<Duration>,
}

impl Failed<'_> {
    /// Returns the verdict, with which a request that cannot be repeated is not retried.
    fn verdict(&self) -> Verdict {
        match self.verdict {
            Verdict::Transient { .. } if !self.can_repeat => Verdict::Unrepeatable,
            verdict => verdict,
        }
    }

    /// Returns the outcome for the shared state. After a refusal nothing was sent, so no server has failed.
    fn ended(&self) -> Ended {
        match self.verdict() {
            Verdict::Unrepeatable if !self.is_refusal() => Ended::Unrepeatable,
            _ => Ended::Error,
        }
    }

    /// Returns whether a breaker or a throttle has refused the attempt.
    fn is_refusal(&self) -> bool {
        self.error.is_some_and(|error| has_refusal(Some(error)))
    }
}

/// A failed attempt, and the name of the operation.
struct Named<'a> {
    failed: &'a Failed<'a>,
    name: &'a Name,
}

impl Failure for Named<'_> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.failed.description.fmt(f)
    }

    fn is_retryable(&self) -> bool {
        matches!(self.failed.verdict(), Verdict::Transient { .. })
    }

    fn hint(&self) -> Option<Duration> {
        match self.failed.verdict() {
            Verdict::Transient { retry_after } => retry_after,
            _ => None,
        }
    }

    fn is_refusal(&self) -> bool {
        self.failed.is_refusal()
    }

    fn operation(&self) -> Option<&dyn Display> {
        Some(self.name)
    }
}
