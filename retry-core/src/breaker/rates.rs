//! The rate rules: the fractions of failed and of slow calls that open a circuit.

use super::window::{Reach, Tally};
use crate::policy::nanos::Nanos;

/// The settings of the rate rules. A rule without a rate is not applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) failure: Option<f64>,
    pub(super) slow: Option<f64>,
    /// The duration from which on a call is slow.
    pub(super) slow_call: Nanos,
    pub(super) reach: Reach,
    pub(super) minimum: u32,
    /// The number of changes to the settings. Calls that were counted under other settings are ignored.
    pub(super) revision: u32,
}

impl Rates {
    pub(super) const NONE: Rates = Rates {
        failure: None,
        slow: None,
        slow_call: 60_000_000_000,
        reach: Reach::Calls(100),
        minimum: 20,
        revision: 0,
    };

    #[inline]
    pub(super) const fn are_watched(&self) -> bool {
        self.failure.is_some() || self.slow.is_some()
    }

    /// Returns whether too many calls of a window failed or were slow.
    pub(super) fn are_reached(&self, tally: Tally) -> bool {
        let minimum = match self.reach {
            // A window of calls never holds more calls than its length.
            Reach::Calls(calls) => u64::from(self.minimum).min(u64::from(calls)),
            Reach::Time(_) => u64::from(self.minimum),
        };
        // The quotient rounds to the same number as a literal of the same value, so a fraction equal to the
        // rate reaches it.
        let reaches =
            |part: u64, rate: Option<f64>| rate.is_some_and(|r| part as f64 / tally.calls as f64 >= r);
        tally.calls >= minimum && (reaches(tally.failures, self.failure) || reaches(tally.slow, self.slow))
    }
}
