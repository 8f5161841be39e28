//! Calls that wait for the store of their breaker's fleet: only those that need a lease to run a trial.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

#[cfg(target_has_atomic = "64")]
use super::limits::Shared;
#[cfg(target_has_atomic = "64")]
use super::planned::{GivenUp, Planned};
#[cfg(target_has_atomic = "64")]
use super::refusal::Refusal;
#[cfg(feature = "fleet")]
use crate::breaker::CircuitBreaker;

/// The wait of an async call for the store of its breaker's fleet.
#[cfg(feature = "fleet")]
pub struct FleetWait(crate::breaker::Asked);

/// The wait of an async call for the store of its breaker's fleet. Without the feature `fleet` there is none: the type has no
/// value, so the code around one vanishes. The field is private, because the compiler warns about a pattern for a type that
/// is visibly empty.
#[cfg(not(feature = "fleet"))]
#[derive(Debug)]
pub struct FleetWait(core::convert::Infallible);

#[cfg(feature = "fleet")]
impl core::fmt::Debug for FleetWait {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("FleetWait")
    }
}

#[cfg(feature = "fleet")]
impl FleetWait {
    /// Returns what a call has to wait for before the breaker admits it.
    #[inline]
    pub(super) fn of(breaker: &CircuitBreaker) -> Option<FleetWait> {
        breaker.fleet_to_wait_for().map(|fleet| FleetWait(fleet.asked()))
    }

    /// Returns a wait that is over.
    fn over() -> FleetWait {
        FleetWait(std::boxed::Box::pin(core::future::ready(())))
    }
}

impl Future for FleetWait {
    type Output = ();

    #[cfg(feature = "fleet")]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }

    #[cfg(not(feature = "fleet"))]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0 {}
    }
}

#[cfg(target_has_atomic = "64")]
impl Shared<'_> {
    /// Waits for the answer of the breaker's fleet if a blocking call was refused and the fleet has a thread. Returns whether
    /// the call is to be admitted anew.
    #[inline]
    #[must_use]
    pub fn block_after_refusal(&self, refusal: Option<&Refusal>) -> bool {
        #[cfg(feature = "fleet")]
        return refusal.is_some() && (self.block_for_fleet() || self.is_answered(refusal));
        #[cfg(not(feature = "fleet"))]
        {
            let _ = refusal;
            false
        }
    }

    /// Returns what an async call has to wait for that was refused: the answer of its breaker's fleet. The call is then
    /// admitted anew.
    #[inline]
    #[must_use]
    pub fn after_refusal(&self, refusal: Option<&Refusal>) -> Option<FleetWait> {
        #[cfg(feature = "fleet")]
        if refusal.is_some() {
            let answered = || self.is_answered(refusal).then(FleetWait::over);
            return self.wait_for_fleet().or_else(answered);
        }
        let _ = refusal;
        None
    }

    /// Returns what an async call has to wait for before its next attempt: the answer of its breaker's fleet.
    #[inline]
    #[must_use]
    pub fn before_retry(&self) -> Option<FleetWait> {
        #[cfg(feature = "fleet")]
        return self.wait_for_fleet();
        #[cfg(not(feature = "fleet"))]
        None
    }

    #[cfg(feature = "fleet")]
    #[cold]
    #[inline(never)]
    fn wait_for_fleet(&self) -> Option<FleetWait> {
        FleetWait::of(self.breaker?)
    }

    /// Returns whether the answer of the fleet has come between the refusal and now, so that there is nothing to wait for.
    #[cfg(feature = "fleet")]
    #[cold]
    #[inline(never)]
    fn is_answered(&self, refusal: Option<&Refusal>) -> bool {
        matches!(refusal, Some(Refusal::Open(_)))
            && self.breaker.is_some_and(CircuitBreaker::fleet_has_answered)
    }

    #[cfg(feature = "fleet")]
    #[cold]
    #[inline(never)]
    fn block_for_fleet(&self) -> bool {
        self.breaker.and_then(CircuitBreaker::fleet_to_wait_for).is_some_and(|fleet| fleet.block())
    }

    /// Acquires the permit for the next attempt of a blocking call like [`reacquire`](Shared::reacquire). Where the breaker's
    /// fleet has a thread, the call waits for a lease that it needs.
    ///
    /// # Errors
    /// If the breaker has opened during the wait.
    #[cold]
    #[inline(never)]
    pub fn reacquire_blocking(&mut self, planned: &Planned) -> Result<(), GivenUp> {
        #[cfg(feature = "fleet")]
        self.block_for_fleet();
        self.reacquire(planned)
    }
}
