//! Admission: whether a call is let through, and the permit that it holds then.

use core::mem;

use super::circuit::Ticket;
use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;
#[cfg(feature = "std")]
use super::trial::Running;
use crate::error::CircuitOpen;
#[cfg(feature = "std")]
use crate::policy::nanos::Nanos;
use crate::policy::nanos::to_duration;

/// The right to one call, from [`CircuitBreaker::acquire`]; it takes the call's outcome back.
///
/// Dropped without an outcome, as by a call that was cancelled or panicked, it counts as neither success nor failure,
/// and where it was for a trial, another call may have it.
#[derive(Debug)]
#[must_use = "without an outcome the call counts as cancelled"]
pub struct Permit<'a> {
    breaker: &'a CircuitBreaker,
    ticket: Ticket,
    /// When the call began, if that matters.
    #[cfg(feature = "std")]
    started: Nanos,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(super) fn new(breaker: &'a CircuitBreaker, ticket: Ticket) -> Permit<'a> {
        Permit {
            breaker,
            ticket,
            #[cfg(feature = "std")]
            started: breaker.start(),
        }
    }

    /// Notes on this thread that a trial runs, until the value is dropped. Nothing for a call that is no trial.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn run(&self) -> Option<Running> {
        self.ticket.is_trial.then(|| Running::enter(self.breaker.address(), self.ticket.generation))
    }

    /// The call has succeeded.
    #[inline]
    pub fn success(self) {
        self.settle(false);
    }

    /// The call has failed in a way that tells against the server.
    #[inline]
    pub fn failure(self) {
        self.settle(true);
    }

    /// The permit is taken apart first: what it holds stays in registers.
    #[inline]
    fn settle(self, has_failed: bool) {
        let (breaker, ticket) = (self.breaker, self.ticket);
        #[cfg(feature = "std")]
        let started = self.started;
        mem::forget(self);
        #[cfg(feature = "std")]
        if breaker.rates.are_watched() {
            return breaker.settle_by_rates(ticket, started, has_failed);
        }
        breaker.settle_in_a_row(ticket, has_failed);
    }

    /// What the call has returned is its outcome; an error for which `is_failure` is false says nothing.
    #[inline]
    pub(super) fn judge<T, E>(
        self,
        result: Result<T, E>,
        is_failure: impl FnOnce(&E) -> bool,
    ) -> Result<T, E> {
        match &result {
            Ok(_) => self.success(),
            Err(error) if is_failure(error) => self.failure(),
            Err(_) => self.ignore(),
        }
        result
    }

    /// The call's outcome says nothing of the server. The same as dropping the permit.
    #[inline]
    pub fn ignore(self) {}
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.breaker.circuit.release(self.ticket);
    }
}

impl CircuitBreaker {
    /// Lets a call through.
    ///
    /// # Errors
    /// If the circuit is open; or half-open, and all its trials run.
    #[inline]
    pub fn acquire(&self) -> Result<Permit<'_>, CircuitOpen> {
        let moment = self.circuit.moment();
        if moment.state != CircuitState::Closed {
            return self.acquire_unless_open();
        }
        let ticket = Ticket { generation: moment.generation, is_trial: false };
        Ok(Permit::new(self, ticket))
    }

    #[cold]
    #[inline(never)]
    fn acquire_unless_open(&self) -> Result<Permit<'_>, CircuitOpen> {
        if self.is_on_trial_here() {
            return Ok(Permit::new(self, Ticket::INSIDE_TRIAL));
        }
        let (admitted, change) = self.circuit.admit(self.recovery, || self.time.now());
        self.emit(change);
        match admitted {
            Ok(ticket) => Ok(Permit::new(self, ticket)),
            Err(left) => Err(CircuitOpen::new(self.name, to_duration(left))),
        }
    }
}
