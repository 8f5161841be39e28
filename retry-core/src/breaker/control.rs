//! The state of a breaker, and its control by hand.

use core::time::Duration;

use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;
use crate::error::circuit_open::remaining;

impl CircuitBreaker {
    /// Returns the state of the circuit. An open circuit becomes half-open with the first call after its
    /// time.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        self.circuit.moment().state
    }

    /// Returns how much longer calls are refused: zero if the next call may be let through, [`Duration::MAX`]
    /// if there is no end, as after [`force_open`](Self::force_open).
    #[must_use]
    pub fn retry_in(&self) -> Duration {
        if self.is_on_trial_here() {
            return Duration::ZERO;
        }
        remaining(self.circuit.refuses_for(self.recovery, || self.time.now()))
    }

    /// Refuses all calls until [`reset`](Self::reset) or [`disable`](Self::disable).
    pub fn force_open(&self) {
        self.emit(self.circuit.force(CircuitState::ForcedOpen, false));
    }

    /// Lets all calls through and ignores their outcomes, until [`reset`](Self::reset) or
    /// [`force_open`](Self::force_open).
    pub fn disable(&self) {
        self.emit(self.circuit.force(CircuitState::Disabled, false));
    }

    /// Closes the circuit and discards all counts. The outcomes of calls that still run do not count.
    pub fn reset(&self) {
        self.emit(self.circuit.force(CircuitState::Closed, true));
    }
}
