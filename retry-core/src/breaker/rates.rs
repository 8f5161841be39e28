//! The rules that look at many calls: how many of them may fail, or be slow.

use super::window::{Reach, Tally};
use crate::policy::nanos::Nanos;

/// What is measured, and what is too much. A rule without a rate does not count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) failure: Option<f64>,
    pub(super) slow: Option<f64>,
    /// From how long on a call is slow.
    pub(super) slow_call: Nanos,
    pub(super) reach: Reach,
    pub(super) minimum: u32,
    /// How often the settings were changed. Calls that were counted by other settings do not count.
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

    /// Whether the calls of a window are too many that failed or were slow.
    pub(super) fn are_reached(&self, tally: Tally) -> bool {
        let minimum = match self.reach {
            // More than the window holds can never be reached.
            Reach::Calls(calls) => u64::from(self.minimum).min(u64::from(calls)),
            Reach::Time(_) => u64::from(self.minimum),
        };
        // The quotient rounds to the same number as the literal of the same value, so equal is equal.
        let reaches =
            |part: u64, rate: Option<f64>| rate.is_some_and(|r| part as f64 / tally.calls as f64 >= r);
        tally.calls >= minimum && (reaches(tally.failures, self.failure) || reaches(tally.slow, self.slow))
    }
}
