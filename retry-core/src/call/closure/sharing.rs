//! What a closure's call shares with other calls: its budget, its breaker and its throttle.

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use core::fmt::{self, Debug, Formatter};

use super::super::fleet_wait::FleetWait;
use super::super::next::{Controls, Emit, plan_controlled};
use super::super::planned::{GivenUp, Planned};
use super::super::progress::Progress;
use super::super::refusal::Refusal;
use super::super::site::Site;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::rule::Needs;
use super::rule::Rule;
use crate::error::Failure;
use crate::runtime::Clock;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::{
    breaker::{CircuitBreaker, Running},
    budget::RetryBudget,
    call::limits::{Ended, Shared, judge_by, plan_controlled_shared},
    error::chain::is_refusal_type,
    error::{CircuitOpen, Throttled},
    throttle::Throttle,
};

/// What a call shares with other calls: a budget, a breaker, a throttle, or nothing.
pub trait Sharing<E> {
    /// The mark of a thread on which an attempt runs.
    type Mark;

    /// Returns whether the call needs a plan.
    #[inline]
    fn is_shared(&self) -> bool {
        false
    }

    /// Returns whether the breaker may refuse an attempt after its wait. Its error is then kept until then.
    #[inline]
    fn may_refuse(&self) -> bool {
        false
    }

    /// Starts the call.
    ///
    /// # Errors
    /// Returns the refusal of the call, and the error that is made of it.
    fn start(&mut self, clock: Clock) -> Result<(), (Refusal, E)>;

    /// Returns the wait of an async call for its breaker's fleet, before the call is admitted.
    #[inline]
    fn fleet_wait(&self) -> Option<FleetWait> {
        None
    }

    /// Marks this thread while an attempt runs.
    fn mark(&self) -> Option<Self::Mark>;

    /// Returns whether an attempt may have a copy beside it.
    #[inline]
    fn allow_copy(&self) -> bool {
        true
    }

    /// Reports the outcome of an attempt to the breaker, if a rule decides which outcomes are failures.
    #[inline]
    fn judged<T>(&mut self, _rules: &impl Rule<T, E>, result: Result<T, E>) -> Result<T, E> {
        result
    }

    /// Reports a success that ends the call.
    fn succeeded(&mut self);

    /// Plans the next step.
    ///
    /// # Errors
    /// If the call gives up.
    fn plan(&mut self, ended: Attempted<'_, '_>, progress: &mut Progress) -> Result<Planned, GivenUp>;

    /// Acquires the permit for the attempt after a wait.
    ///
    /// # Errors
    /// If the breaker refuses the attempt.
    fn resume(&mut self, planned: &Planned, clock: Clock) -> Result<(), GivenUp>;
}

/// A failed attempt.
pub struct Attempted<'a, 's> {
    pub(super) site: &'a Site<'s>,
    pub(super) clock: Clock,
    pub(super) failure: &'a dyn Failure,
    pub(super) emit: Emit,
    pub(super) controls: Controls<'a>,
    pub(super) kind: Kind,
}

/// What an attempt that failed has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Error,
    Timeout,
}

/// A call that shares nothing.
#[derive(Clone, Copy, Debug)]
pub struct Unshared;

/// The mark of an attempt that is no trial.
#[derive(Clone, Copy, Debug)]
pub enum NoMark {}

impl<E> Sharing<E> for Unshared {
    type Mark = NoMark;

    #[inline]
    fn start(&mut self, _: Clock) -> Result<(), (Refusal, E)> {
        Ok(())
    }

    #[inline]
    fn mark(&self) -> Option<NoMark> {
        None
    }

    #[inline]
    fn succeeded(&mut self) {}

    fn plan(&mut self, ended: Attempted<'_, '_>, progress: &mut Progress) -> Result<Planned, GivenUp> {
        let Attempted { site, clock, failure, emit, controls, .. } = ended;
        plan_controlled(site, progress, failure, emit, clock, controls)
    }

    #[inline]
    fn resume(&mut self, _: &Planned, _: Clock) -> Result<(), GivenUp> {
        Ok(())
    }
}

/// A lender of a refusal, and what makes an error of the refusal.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
type Refusing<'b, L, Refused, E> = Option<(&'b L, fn(Refused) -> E)>;

/// A call with a budget, a breaker, a throttle or several of them.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub struct Shares<'b, E> {
    budget: Option<&'b RetryBudget>,
    /// The breaker, and the error of a call that it refuses.
    breaker: Refusing<'b, CircuitBreaker, CircuitOpen, E>,
    /// The throttle, and the error of a call that it refuses.
    throttle: Refusing<'b, Throttle, Throttled, E>,
    /// The use that the call makes of them, once it has started.
    used: Option<Shared<'b>>,
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<'b, E> Shares<'b, E> {
    pub(super) fn with_budget(mut self, budget: Option<&'b RetryBudget>) -> Self {
        self.budget = budget.or(self.budget);
        self
    }

    pub(super) fn with_breaker(
        mut self,
        breaker: Option<&'b CircuitBreaker>,
        refused: fn(CircuitOpen) -> E,
    ) -> Self {
        self.breaker = breaker.map(|breaker| (breaker, refused)).or(self.breaker);
        self
    }

    pub(super) fn with_throttle(
        mut self,
        throttle: Option<&'b Throttle>,
        refused: fn(Throttled) -> E,
    ) -> Self {
        self.throttle = throttle.map(|throttle| (throttle, refused)).or(self.throttle);
        self
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<E> From<Unshared> for Shares<'_, E> {
    fn from(Unshared: Unshared) -> Self {
        Shares { budget: None, breaker: None, throttle: None, used: None }
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<E> Sharing<E> for Shares<'_, E> {
    type Mark = Running;

    #[inline]
    fn is_shared(&self) -> bool {
        self.budget.is_some() || self.breaker.is_some() || self.throttle.is_some()
    }

    #[inline]
    fn may_refuse(&self) -> bool {
        self.breaker.is_some()
    }

    #[inline]
    #[cfg(feature = "fleet")]
    fn fleet_wait(&self) -> Option<FleetWait> {
        let (breaker, _) = self.breaker?;
        FleetWait::of(breaker)
    }

    #[inline]
    fn start(&mut self, clock: Clock) -> Result<(), (Refusal, E)> {
        let (breaker, throttle) = (self.breaker.map(|(lent, _)| lent), self.throttle.map(|(lent, _)| lent));
        let used = self.used.insert(Shared::new(self.budget, breaker, throttle));
        let mut refusal = used.admit();
        if clock == Clock::Blocking && used.block_after_refusal(refusal.as_ref()) {
            refusal = used.admit();
        }
        let Some(refusal) = refusal else { return Ok(()) };
        let error = match refusal.clone() {
            Refusal::Open(open) => self.breaker.map(|(_, error)| error(open)),
            Refusal::Throttled(throttled) => self.throttle.map(|(_, error)| error(throttled)),
        };
        error.map_or(Ok(()), |error| Err((refusal, error)))
    }

    #[inline]
    fn mark(&self) -> Option<Running> {
        self.used.as_ref().and_then(Shared::enter_trial)
    }

    fn allow_copy(&self) -> bool {
        self.used.as_ref().is_none_or(Shared::allow_copy)
    }

    #[inline]
    fn judged<T>(&mut self, rules: &impl Rule<T, E>, result: Result<T, E>) -> Result<T, E> {
        match &mut self.used {
            Some(used) if rules.needs().has(Needs::JUDGES) => {
                let is_refusal = |error: &E| is_refusal_type::<E>() || rules.is_refusal(error);
                let is_failure = |outcome: Result<&T, &E>| rules.breaker_failure(outcome).unwrap_or(false);
                judge_by(used, result, is_refusal, is_failure)
            }
            _ => result,
        }
    }

    #[inline]
    fn succeeded(&mut self) {
        if let Some(used) = &mut self.used {
            used.succeeded();
        }
    }

    fn plan(&mut self, ended: Attempted<'_, '_>, progress: &mut Progress) -> Result<Planned, GivenUp> {
        let Attempted { site, clock, failure, emit, controls, kind } = ended;
        let Some(used) = &mut self.used else {
            return Sharing::<E>::plan(&mut Unshared, ended, progress);
        };
        let kind = match kind {
            Kind::Value => Ended::Value,
            Kind::Error => Ended::Error,
            Kind::Timeout => Ended::Timeout,
        };
        plan_controlled_shared(site, progress, failure, emit, clock, controls, used, kind)
    }

    #[inline]
    fn resume(&mut self, planned: &Planned, clock: Clock) -> Result<(), GivenUp> {
        let Some(used) = &mut self.used else { return Ok(()) };
        if clock == Clock::Blocking { used.reacquire_blocking(planned) } else { used.reacquire(planned) }
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<E> Debug for Shares<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (breaker, throttle) = (self.breaker.map(|(lent, _)| lent), self.throttle.map(|(lent, _)| lent));
        f.debug_struct("Shares")
            .field("budget", &self.budget)
            .field("breaker", &breaker)
            .field("throttle", &throttle)
            .finish()
    }
}
