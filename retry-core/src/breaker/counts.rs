//! The calls that a breaker has counted.

use super::circuit_breaker::CircuitBreaker;
use super::state::CircuitState;

/// The calls that the rules of a breaker see at one moment, from [`CircuitBreaker::counts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CircuitCounts {
    calls: u64,
    failures: u64,
    slow: u64,
}

impl CircuitCounts {
    /// Returns the number of calls in the window. It is 0 for a breaker that counts failures in a row alone.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// Returns the number of calls in the window that failed. For a breaker that counts failures in a row alone, it is
    /// their number.
    #[must_use]
    pub const fn failures(&self) -> u64 {
        self.failures
    }

    /// Returns the number of calls in the window that were [slow](CircuitBreaker::slow_call), failed or not.
    #[must_use]
    pub const fn slow(&self) -> u64 {
        self.slow
    }

    /// Returns the fraction of the calls in the window that failed, from 0 to 1; 0 if there are no calls.
    #[must_use]
    pub const fn failure_rate(&self) -> f64 {
        self.rate(self.failures)
    }

    /// Returns the fraction of the calls in the window that were slow, from 0 to 1; 0 if there are no calls.
    #[must_use]
    pub const fn slow_rate(&self) -> f64 {
        self.rate(self.slow)
    }

    const fn rate(&self, part: u64) -> f64 {
        if self.calls == 0 { 0.0 } else { part as f64 / self.calls as f64 }
    }
}

impl CircuitBreaker {
    /// Returns the calls that the rules see now.
    ///
    /// With a [`failure_rate`](Self::failure_rate) or a [`slow_call_rate`](Self::slow_call_rate), these are the calls in
    /// the window; those that have left it are not among them. Otherwise no calls are counted, and
    /// [`failures`](CircuitCounts::failures) is the number of failures in a row.
    ///
    /// A circuit that its rules have opened keeps the counts until it closes, so the reason stays readable; a window of
    /// time moves on meanwhile. Trials are not counted. A circuit that was opened, disabled or reset by hand, and one whose
    /// settings were changed, starts with no counts.
    ///
    /// ```
    /// use retry_core::CircuitBreaker;
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().failure_rate(0.5);
    ///
    /// SEARCH.acquire().unwrap().failure();
    /// SEARCH.acquire().unwrap().success();
    /// let counts = SEARCH.counts();
    /// assert_eq!((counts.calls(), counts.failures(), counts.failure_rate()), (2, 1, 0.5));
    /// ```
    #[must_use]
    pub fn counts(&self) -> CircuitCounts {
        let seen = self.circuit.moment();
        // An open circuit was closed in an earlier generation, which is the last one that was counted.
        let closed = match seen.state {
            CircuitState::Closed => Some(seen.generation),
            CircuitState::Open | CircuitState::HalfOpen if seen.by_rule => None,
            _ => return CircuitCounts::default(),
        };
        #[cfg(feature = "std")]
        if self.rates.are_watched() {
            let tally = self.window.tally(self.rates.revision, closed, || self.time.now());
            return CircuitCounts { calls: tally.calls, failures: tally.failures, slow: tally.slow };
        }
        let failures = if closed.is_some() { seen.count } else { self.consecutive_failures };
        CircuitCounts { failures: failures.into(), ..CircuitCounts::default() }
    }
}
