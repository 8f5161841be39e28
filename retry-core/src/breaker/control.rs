//! The state of a breaker, and its control by hand.

use core::time::Duration;

use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;
use crate::error::circuit_open::remaining;
use crate::policy::nanos::from_duration;

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
        #[cfg(feature = "fleet")]
        if let Some(left) = self.refused_by_fleet_for() {
            return remaining(left);
        }
        remaining(self.circuit.refuses_for(&self.recovery, || self.time.now()))
    }

    /// Refuses all calls until [`reset`](Self::reset), [`disable`](Self::disable) or
    /// [`force_open_for`](Self::force_open_for).
    pub fn force_open(&self) {
        self.emit(self.circuit.force(CircuitState::ForcedOpen, false));
    }

    /// Refuses all calls like [`force_open`](Self::force_open), but only for `duration`. The first call after that is a trial:
    /// the circuit is half-open, and closes when its [`trials`](Self::trials) have succeeded.
    ///
    /// Another call of this method replaces the time. With a duration of 0 the next call is a trial; one of more than 584
    /// years does not end.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use std::time::Duration;
    /// use retry_core::{CircuitBreaker, CircuitState};
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().name("search");
    ///
    /// let maintenance = Duration::from_secs(600);
    /// SEARCH.force_open_for(maintenance);
    /// assert_eq!(SEARCH.acquire().unwrap_err().retry_in(), maintenance);
    ///
    /// guard.advance(maintenance);
    /// SEARCH.acquire().unwrap().success();
    /// assert_eq!(SEARCH.state(), CircuitState::Closed);
    /// ```
    pub fn force_open_for(&self, duration: Duration) {
        self.emit(Some(self.circuit.force_for(from_duration(duration), self.time.now())));
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
