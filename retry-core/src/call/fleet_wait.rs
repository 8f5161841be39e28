//! Calls that wait for the store of their breaker's fleet: only those that need a lease to run a trial.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::limits::Shared;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::planned::{GivenUp, Planned};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
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
    /// Returns the wait of a call before the breaker admits it.
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

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
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

    /// Returns the wait of an async call that was refused, for the answer of its breaker's fleet. The call is then admitted
    /// anew.
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

    /// Returns the wait of an async call before its next attempt, for the answer of its breaker's fleet.
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

#[cfg(test)]
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
mod tests {
    use core::time::Duration;
    use std::sync::{Arc, Weak};

    use super::*;
    use crate::breaker::{Asked, CircuitState, Coordinator, HeldLease};

    /// A member whose answer is there before the call that has asked does anything else.
    struct Prompt {
        breaker: Weak<CircuitBreaker>,
        closes: bool,
    }

    impl Coordinator for Prompt {
        fn wake(&self) {
            let Some(breaker) = self.breaker.upgrade() else { return };
            let link = breaker.link().expect("it has joined");
            if !link.wants_lease() {
                return;
            }
            let lease = HeldLease { epoch: 1, generation: 2, number: 3 };
            link.answer_lease((!self.closes).then_some(lease), breaker.fleet_now());
            if self.closes {
                breaker.follow_closed();
            }
        }

        fn asked(&self) -> Asked {
            Box::pin(core::future::pending())
        }

        fn block(&self) -> bool {
            false
        }
    }

    fn half_open(closes: bool) -> Arc<CircuitBreaker> {
        let breaker = Arc::new(CircuitBreaker::new().open_for(Duration::from_secs(10)));
        let member = Arc::new(Prompt { breaker: Arc::downgrade(&breaker), closes });
        assert!(breaker.join_fleet(member, u64::MAX));
        breaker.link().expect("it has joined").see(breaker.fleet_now());
        breaker.follow(0, false);
        assert_ne!(breaker.state(), CircuitState::Closed);
        breaker
    }

    #[test]
    fn a_refused_call_runs_if_the_answer_has_come_before_it_waits() {
        for closes in [false, true] {
            let breaker = half_open(closes);
            let mut shared = Shared::new(None, Some(&breaker), None);
            let refusal = shared.admit();
            assert!(refusal.is_some());
            let mut wait = shared.after_refusal(refusal.as_ref()).expect("the call is admitted anew");
            let mut context = Context::from_waker(core::task::Waker::noop());
            assert!(Pin::new(&mut wait).poll(&mut context).is_ready());
            assert!(shared.admit().is_none(), "{closes}");

            let breaker = half_open(closes);
            let mut shared = Shared::new(None, Some(&breaker), None);
            let refusal = shared.admit();
            assert!(shared.block_after_refusal(refusal.as_ref()), "there is nothing to wait for");
            assert!(shared.admit().is_none(), "{closes}");
        }
    }

    #[test]
    fn the_debug_text_of_a_wait_has_no_internals() {
        assert_eq!(std::format!("{:?}", FleetWait::over()), "FleetWait");
    }
}
