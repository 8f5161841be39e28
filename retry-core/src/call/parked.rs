//! The shared state of a call, between two polls of a future that owns the pointers to it.

use super::limits::Shared;
use crate::breaker::{CircuitBreaker, ParkedPermit, Permit};
use crate::budget::{FailureKind, RetryBudget};
use crate::throttle::Throttle;

/// The use that a call makes of its budget, its breaker and its throttle, without them. A future that owns pointers to
/// them cannot borrow from itself, so it parks this between two polls.
///
/// A parked use has to be taken back before it is dropped: else the breaker waits for the trial.
#[derive(Debug, Default)]
pub struct Parked {
    permit: Option<ParkedPermit>,
    has_pass: bool,
    paid: Option<FailureKind>,
}

impl Parked {
    /// Returns whether the call holds anything that has to be given back.
    #[inline]
    pub(crate) fn is_used(&self) -> bool {
        self.permit.is_some() || self.has_pass
    }

    /// Starts the time of the attempt, for a breaker that counts slow calls.
    pub(crate) fn restart(&mut self, breaker: Option<&CircuitBreaker>) {
        if let (Some(permit), Some(breaker)) = (&mut self.permit, breaker) {
            permit.restart(breaker);
        }
    }

    /// Returns whether the attempt is a trial of the breaker.
    #[inline]
    pub(crate) fn is_trial(&self) -> bool {
        self.permit.as_ref().is_some_and(ParkedPermit::is_trial)
    }
}

impl<'a> Shared<'a> {
    /// Parks the use.
    #[inline]
    pub(crate) fn park(mut self) -> Parked {
        // A pass that is dropped leaves no trace, so nothing is lost if a new one takes its place.
        let has_pass = self.pass.take().is_some();
        Parked { permit: self.permit.take().map(Permit::park), has_pass, paid: self.paid }
    }

    /// Takes a parked use back. The budget, the breaker and the throttle are those that it was parked with.
    #[inline]
    pub(crate) fn unpark(
        budget: Option<&'a RetryBudget>,
        breaker: Option<&'a CircuitBreaker>,
        throttle: Option<&'a Throttle>,
        parked: Parked,
    ) -> Shared<'a> {
        let Parked { permit, has_pass, paid } = parked;
        let mut shared = Shared::new(budget, breaker, throttle);
        shared.permit = breaker.zip(permit).map(|(breaker, permit)| breaker.unpark(permit));
        shared.pass = throttle.filter(|_| has_pass).map(Throttle::admit);
        shared.paid = paid;
        shared
    }
}
