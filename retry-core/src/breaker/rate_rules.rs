//! The settings of the rate rules, and how the rate rules count an outcome.

use core::time::Duration;

use super::circuit::Ticket;
use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;
use super::window::{CallResult, Calls, Reach};
use crate::policy::nanos::{Nanos, from_duration};

/// Rate rules, which evaluate many calls. They need a window, which is allocated at the first call. A change
/// of a setting after calls were counted starts a new window.
impl CircuitBreaker {
    /// Opens the circuit when this fraction of the calls in the window has failed; `0.5` is half of them. The
    /// rule replaces [`consecutive_failures`](Self::consecutive_failures), unless the breaker follows
    /// [`any_of`](Self::any_of) them.
    ///
    /// # Panics
    /// If `rate` is not above 0, or above 1.
    #[must_use]
    #[track_caller]
    pub const fn failure_rate(mut self, rate: f64) -> CircuitBreaker {
        assert!(
            rate > 0.0 && rate <= 1.0,
            "`failure_rate` is not above 0 and at most 1; write `failure_rate(0.5)` for half of the calls"
        );
        self.rates.failure = Some(rate);
        self.afresh()
    }

    /// Sets the duration from which on a call is slow; 60 s if not set. Without a
    /// [`slow_call_rate`](Self::slow_call_rate), the rate is set to half of the calls.
    #[must_use]
    pub const fn slow_call(mut self, duration: Duration) -> CircuitBreaker {
        self.rates.slow_call = from_duration(duration);
        if self.rates.slow.is_none() {
            self.rates.slow = Some(0.5);
        }
        self.afresh()
    }

    /// Opens the circuit when this fraction of the calls in the window was slow, including calls that
    /// succeeded. A slow trial counts as failed.
    ///
    /// # Panics
    /// If `rate` is not above 0, or above 1.
    #[must_use]
    #[track_caller]
    pub const fn slow_call_rate(mut self, rate: f64) -> CircuitBreaker {
        assert!(
            rate > 0.0 && rate <= 1.0,
            "`slow_call_rate` is not above 0 and at most 1; write `slow_call_rate(0.5)` for half of the calls"
        );
        self.rates.slow = Some(rate);
        self.afresh()
    }

    /// Sets the window to the last `calls` calls. If no window is set, it is the last 100 calls.
    ///
    /// # Panics
    /// If `calls` is not in `1..=4000`.
    #[must_use]
    #[track_caller]
    pub const fn window_calls(mut self, calls: u32) -> CircuitBreaker {
        assert!(
            calls >= 1 && calls <= Calls::MAX,
            "`window_calls` is not in 1..=4000; write `window_time` to look at more calls"
        );
        self.rates.reach = Reach::Calls(calls as u16);
        self.afresh()
    }

    /// Sets the window to the calls that ended within the last `duration`. The window moves in tenths, so it
    /// may be up to a tenth shorter.
    ///
    /// # Panics
    /// If `duration` is below 1 ms.
    #[must_use]
    #[track_caller]
    pub const fn window_time(mut self, duration: Duration) -> CircuitBreaker {
        assert!(
            duration.as_millis() >= 1,
            "`window_time` is below 1 ms; write how long calls count, such as `window_time(Duration::from_secs(10))`"
        );
        self.rates.reach = Reach::Time(from_duration(duration));
        self.afresh()
    }

    /// Sets the number of calls in the window from which on rates are evaluated; 20 if not set. A window of
    /// fewer calls is evaluated when it is full.
    ///
    /// # Panics
    /// If `calls` is 0.
    #[must_use]
    #[track_caller]
    pub const fn minimum_calls(mut self, calls: u32) -> CircuitBreaker {
        assert!(
            calls >= 1,
            "`minimum_calls` is 0, and no calls have no rate; write `minimum_calls(1)` to judge from the first"
        );
        self.rates.minimum = calls;
        self.afresh()
    }

    /// Opens the circuit by any of its rules, whichever is reached first: [`failure_rate`](Self::failure_rate),
    /// [`slow_call_rate`](Self::slow_call_rate) and [`consecutive_failures`](Self::consecutive_failures), which a failure
    /// rate replaces otherwise.
    ///
    /// A rate needs [`minimum_calls`](Self::minimum_calls). With this setting, a server with few calls is given up as early
    /// as its failures in a row show that it is down.
    ///
    /// ```
    /// use retry_core::{CircuitBreaker, CircuitState};
    ///
    /// let breaker = CircuitBreaker::new().failure_rate(0.5).consecutive_failures(3).any_of();
    /// for _ in 0..3 {
    ///     breaker.acquire().unwrap().failure();
    /// }
    /// assert_eq!(breaker.state(), CircuitState::Open);
    /// ```
    #[must_use]
    pub const fn any_of(mut self) -> CircuitBreaker {
        self.rates.any_of = true;
        self.afresh()
    }

    /// Returns the time at which a call begins, or 0 if no rule needs it.
    #[inline]
    pub(super) fn start(&self) -> Nanos {
        if self.rates.slow.is_some() { self.time.now() } else { 0 }
    }

    #[inline]
    pub(super) fn was_slow(&self, started: Nanos) -> bool {
        self.rates.slow.is_some() && self.time.now().saturating_sub(started) >= self.rates.slow_call
    }

    pub(super) fn settle_by_rates(&self, ticket: Ticket, started: Nanos, has_failed: bool) {
        let result = CallResult { has_failed, was_slow: self.was_slow(started) };
        match self.circuit.current_if(ticket) {
            None => {}
            Some(seen) if seen.state == CircuitState::HalfOpen => {
                self.settle_in_a_row(ticket, !result.is_good());
            }
            Some(_) => {
                #[cfg(feature = "fleet")]
                self.count_for_fleet(result);
                if self.rates.count_in_a_row() {
                    self.settle_in_a_row(ticket, has_failed);
                }
                let tally = self.window.add(
                    (self.rates.reach, self.rates.revision),
                    ticket.generation,
                    result,
                    |tally| self.rates.can_be_reached(tally),
                    (|| self.time.now(), || self.circuit.current_if(ticket).is_some()),
                );
                if tally.is_some_and(|tally| self.rates.are_reached(tally)) {
                    self.emit_opening(ticket, self.circuit.open(ticket, &self.recovery, || self.time.now()));
                }
            }
        }
    }
}
