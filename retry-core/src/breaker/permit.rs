//! The admission of a call, and the [`Permit`] that an admitted call holds.

use core::mem;
#[cfg(feature = "std")]
use core::time::Duration;

use super::circuit::Ticket;
use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;
#[cfg(feature = "std")]
use super::trial::Running;
use crate::error::CircuitOpen;
#[cfg(feature = "std")]
use crate::observe::{self, CircuitRefusalEvent};
#[cfg(feature = "std")]
use crate::policy::nanos::{Nanos, from_duration};

/// A permit for one call, from [`CircuitBreaker::acquire`]. The caller reports the outcome of the call to the
/// permit.
///
/// A permit that is dropped without an outcome, because the call was cancelled or panicked, counts as neither
/// success nor failure. If the call was a trial, another call may take its place.
#[derive(Debug)]
#[must_use = "without an outcome the call counts as cancelled"]
pub struct Permit<'a> {
    breaker: &'a CircuitBreaker,
    ticket: Ticket,
    /// The time at which the call began, or 0 if no rule needs it.
    #[cfg(feature = "std")]
    started: Nanos,
}

impl<'a> Permit<'a> {
    #[inline]
    fn new(breaker: &'a CircuitBreaker, ticket: Ticket) -> Permit<'a> {
        Permit {
            breaker,
            ticket,
            #[cfg(feature = "std")]
            started: breaker.start(),
        }
    }

    /// Marks this thread as running a trial, until the value is dropped. Returns `None` if the call is not a
    /// trial.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn run(&self) -> Option<Running> {
        self.ticket.is_trial.then(|| Running::enter(self.breaker.address(), self.ticket.generation))
    }

    /// Parks the permit, for a call that owns its breaker and cannot borrow from it between two polls. Its end is up to
    /// [`CircuitBreaker::unpark`]: a parked permit that is dropped keeps the place of a trial until that times out.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn park(self) -> ParkedPermit {
        let parked = ParkedPermit { ticket: self.ticket, started: self.started };
        mem::forget(self);
        parked
    }

    /// Returns whether the call is a trial of the half-open circuit, or runs inside one.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn belongs_to_trial(&self) -> bool {
        self.ticket.is_trial || self.ticket == Ticket::INSIDE_TRIAL
    }

    /// Reports that the call has succeeded.
    #[inline]
    pub fn success(self) {
        self.settle(false);
    }

    /// Reports that the call has failed in a way that counts against the server.
    #[inline]
    pub fn failure(self) {
        self.settle(true);
    }

    /// Reports the outcome. The permit is taken apart first, so that its fields stay in registers.
    #[inline]
    fn settle(self, has_failed: bool) {
        let (breaker, ticket) = (self.breaker, self.ticket);
        #[cfg(feature = "std")]
        let started = self.started;
        mem::forget(self);
        #[cfg(feature = "fleet")]
        if ticket.lease != 0 {
            return breaker.settle_leased(ticket, started, has_failed);
        }
        #[cfg(feature = "std")]
        if breaker.rates.are_watched() {
            return breaker.settle_by_rates(ticket, started, has_failed);
        }
        breaker.settle_in_a_row(ticket, has_failed);
    }

    /// Reports `result` as the outcome and returns it. An error for which `is_failure` returns `false` is
    /// ignored.
    #[inline]
    pub(super) fn settle_result<T, E>(
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

    /// Releases the permit without an outcome, for a call whose result is no evidence about the server. The
    /// effect is the same as that of dropping the permit.
    #[inline]
    pub fn ignore(self) {}
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        #[cfg(feature = "fleet")]
        if self.ticket.lease != 0 {
            self.breaker.end_lease(self.ticket, None);
        }
        self.breaker.circuit.release(self.ticket);
    }
}

/// A permit without its breaker.
#[cfg(feature = "tower")]
#[derive(Debug)]
#[must_use = "the breaker takes it back"]
pub(crate) struct ParkedPermit {
    ticket: Ticket,
    started: Nanos,
}

#[cfg(feature = "tower")]
impl ParkedPermit {
    /// Returns whether the call is a trial of the half-open circuit.
    #[inline]
    pub(crate) fn is_trial(&self) -> bool {
        self.ticket.is_trial
    }

    /// Starts the time of the call anew: it has waited until now for something else than the server.
    #[inline]
    pub(crate) fn restart(&mut self, breaker: &CircuitBreaker) {
        self.started = breaker.start();
    }
}

impl CircuitBreaker {
    /// Returns the permit that was parked. It is one of this breaker.
    #[cfg(feature = "tower")]
    #[expect(clippy::needless_pass_by_value, reason = "a permit has one owner")]
    #[inline]
    pub(crate) fn unpark(&self, parked: ParkedPermit) -> Permit<'_> {
        let ParkedPermit { ticket, started } = parked;
        Permit { breaker: self, ticket, started }
    }

    /// Returns a permit for one call.
    ///
    /// # Errors
    /// If the circuit is open, or if it is half-open and all its trials are running.
    #[inline]
    pub fn acquire(&self) -> Result<Permit<'_>, CircuitOpen> {
        let moment = self.circuit.moment();
        if moment.state != CircuitState::Closed {
            return self.acquire_unless_open();
        }
        let ticket = Ticket::new(moment.generation, false);
        Ok(Permit::new(self, ticket))
    }

    #[cold]
    #[inline(never)]
    fn acquire_unless_open(&self) -> Result<Permit<'_>, CircuitOpen> {
        if self.is_on_trial_here() {
            return Ok(Permit::new(self, Ticket::INSIDE_TRIAL));
        }
        #[cfg(feature = "fleet")]
        let by_fleet = self.admit_by_fleet();
        #[cfg(not(feature = "fleet"))]
        let by_fleet = None;
        let by_itself = || self.circuit.admit(&self.recovery, || self.time.now());
        let (admitted, change) = by_fleet.map_or_else(by_itself, |admitted| (admitted, None));
        match admitted {
            Ok(ticket) => {
                // A listener may panic. The permit then gives the trial back.
                #[cfg_attr(not(feature = "std"), expect(unused_mut, reason = "no rule needs the time"))]
                let mut permit = Permit::new(self, ticket);
                if change.is_some() {
                    self.emit(change);
                    #[cfg(feature = "std")]
                    {
                        permit.started = self.start();
                    }
                }
                Ok(permit)
            }
            Err(left) => {
                let open = CircuitOpen::new(self.name_of_error(), left);
                #[cfg(feature = "std")]
                self.emit_refusal(open.retry_in());
                Err(open)
            }
        }
    }

    /// Returns whether the breaker refuses a retry after `wait`, and emits the event of the refusal. A trial is one
    /// call to a server in trouble, so a failure inside it is not retried.
    #[cfg(feature = "std")]
    pub(crate) fn refuses_retry(&self, wait: Nanos) -> bool {
        let retry_in = self.retry_in();
        let refuses = self.is_on_trial_here() || from_duration(retry_in) > wait;
        if refuses {
            self.emit_refusal(retry_in);
        }
        refuses
    }

    #[cfg(feature = "std")]
    fn emit_refusal(&self, retry_in: Duration) {
        if observe::is_watched() {
            let (breaker, state) = (self.label(), self.state());
            observe::circuit_refused(&CircuitRefusalEvent { breaker, state, retry_in });
        }
    }
}
