//! The settings of a breaker for the time after its circuit has opened.

use core::num::NonZeroU64;
use core::time::Duration;

use super::circuit_breaker::CircuitBreaker;
use super::recovery::Trials;
use crate::policy::nanos::from_duration;

/// Recovery: how long the circuit is open, and what its trials have to show.
impl CircuitBreaker {
    /// Sets how long the breaker refuses calls before it lets trials through; 30 s if not set. With
    /// [`open_for_max`](Self::open_for_max), this is the time of the first opening.
    ///
    /// # Panics
    /// If `duration` is 0.
    #[must_use]
    #[track_caller]
    pub const fn open_for(mut self, duration: Duration) -> CircuitBreaker {
        assert!(
            !duration.is_zero(),
            "a circuit that opens for no time refuses nothing; write how long, such as `open_for(Duration::from_secs(30))`"
        );
        self.recovery.open_for = from_duration(duration);
        self.afresh()
    }

    /// Doubles the time for which the circuit is open each time that its trials fail, up to `duration`. Once the circuit
    /// has closed, it starts over with [`open_for`](Self::open_for). If not set, the time does not change.
    ///
    /// A `duration` below `open_for` limits the first opening too. The time doubles at most 30 times.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use std::time::Duration;
    /// use retry_core::CircuitBreaker;
    ///
    /// const SECOND: Duration = Duration::from_secs(1);
    /// let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND).open_for_max(5 * SECOND);
    ///
    /// for seconds in [1, 2, 4, 5, 5] {
    ///     breaker.acquire().unwrap().failure();
    ///     assert_eq!(breaker.retry_in(), seconds * SECOND);
    ///     guard.advance(breaker.retry_in());
    /// }
    /// ```
    ///
    /// # Panics
    /// If `duration` is 0.
    #[must_use]
    #[track_caller]
    pub const fn open_for_max(mut self, duration: Duration) -> CircuitBreaker {
        assert!(
            !duration.is_zero(),
            "`open_for_max` is 0, and a circuit that opens for no time refuses nothing; write the longest time, such as \
             `open_for_max(Duration::from_secs(600))`"
        );
        self.recovery.open_for_max = NonZeroU64::new(from_duration(duration));
        self.afresh()
    }

    /// Sets the number of calls that are let through while the circuit is half-open, and that have to succeed
    /// to close it; 1 if not set. With [`trial_failures`](Self::trial_failures), some of them may fail.
    ///
    /// # Panics
    /// If `calls` is not in `1..=65535`, or with `trial_failures` not above that number and at most 255.
    #[must_use]
    #[track_caller]
    pub const fn trials(mut self, calls: u32) -> CircuitBreaker {
        assert!(
            calls >= 1 && calls <= Trials::MAX,
            "`trials` is not in 1..=65535; write `trials(1)` to close after one success"
        );
        self.recovery.trials = self.recovery.trials.of(calls as u16).checked();
        self.afresh()
    }

    /// Lets this many of the [`trials`](Self::trials) fail before the circuit opens again; 0 if not set. If `trials` is not
    /// set, it is one more.
    ///
    /// The circuit closes as soon as the trials that remain cannot fail too often: when all but `calls` of the `trials`
    /// have succeeded. It opens at the first failure after `calls`. A trial that is
    /// [`slow`](Self::slow_call_rate) counts as failed.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use retry_core::{CircuitBreaker, CircuitState};
    ///
    /// let breaker = CircuitBreaker::new().consecutive_failures(1).trials(5).trial_failures(1);
    /// breaker.acquire().unwrap().failure();
    /// guard.advance(breaker.retry_in());
    ///
    /// breaker.acquire().unwrap().failure();
    /// for _ in 0..4 {
    ///     assert_eq!(breaker.state(), CircuitState::HalfOpen);
    ///     breaker.acquire().unwrap().success();
    /// }
    /// assert_eq!(breaker.state(), CircuitState::Closed);
    /// ```
    ///
    /// # Panics
    /// If `calls` is above 254, if it is not below `trials`, or if `trials` is above 255.
    #[must_use]
    #[track_caller]
    pub const fn trial_failures(mut self, calls: u32) -> CircuitBreaker {
        assert!(
            calls < Trials::MAX_WITH_FAILURES,
            "`trial_failures` is not in 0..=254; write `trial_failures(0)` to open again at the first failure"
        );
        self.recovery.trials = self.recovery.trials.tolerating(calls as u8).checked();
        self.afresh()
    }

    /// Sets how long the breaker waits for its trials, from the start of the last one; [`open_for`](Self::open_for) if not
    /// set. Trials that take longer do not block the circuit: the breaker lets other calls through in their place, and
    /// ignores their outcomes.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use std::time::Duration;
    /// use retry_core::CircuitBreaker;
    ///
    /// let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
    /// let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(minute).trial_timeout(second);
    ///
    /// breaker.acquire().unwrap().failure();
    /// guard.advance(minute);
    /// let hangs = breaker.acquire().unwrap();
    /// assert_eq!(breaker.acquire().unwrap_err().retry_in(), second);
    /// guard.advance(second);
    /// breaker.acquire().unwrap().success();
    /// # drop(hangs);
    /// ```
    ///
    /// # Panics
    /// If `duration` is 0.
    #[must_use]
    #[track_caller]
    pub const fn trial_timeout(mut self, duration: Duration) -> CircuitBreaker {
        assert!(
            !duration.is_zero(),
            "`trial_timeout` is 0, and no trial ends at once; write how long trials may take, such as \
             `trial_timeout(Duration::from_secs(5))`"
        );
        self.recovery.trial_timeout = NonZeroU64::new(from_duration(duration));
        self.afresh()
    }
}
