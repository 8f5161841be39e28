//! The rate rules: the fractions of failed and of slow calls that open a circuit.

use super::window::{Reach, Tally};
use crate::policy::nanos::Nanos;

/// The settings of the rate rules. A rule without a rate is not applied.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    pub(super) failure: Option<f64>,
    pub(super) slow: Option<f64>,
    /// Whether failures in a row open the circuit beside a failure rate.
    pub(super) any_of: bool,
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
        any_of: false,
        slow_call: 60_000_000_000,
        reach: Reach::Calls(100),
        minimum: 20,
        revision: 0,
    };

    #[inline]
    pub(super) const fn are_watched(&self) -> bool {
        self.failure.is_some() || self.slow.is_some()
    }

    /// Returns whether failures in a row open the circuit too.
    #[inline]
    pub(super) const fn count_in_a_row(&self) -> bool {
        self.failure.is_none() || self.any_of
    }

    /// Returns whether a window with at least these calls, of which so many failed or were slow, may reach a
    /// rate. It is closest to a rate if it holds no other calls.
    pub(super) fn can_be_reached(&self, tally: Tally) -> bool {
        self.are_reached(Tally { calls: tally.calls.max(self.minimum()), ..tally })
    }

    fn minimum(&self) -> u64 {
        match self.reach {
            // A window of calls never holds more calls than its length.
            Reach::Calls(calls) => u64::from(self.minimum).min(u64::from(calls)),
            Reach::Time(_) => u64::from(self.minimum),
        }
    }

    /// Returns whether too many calls of a window failed or were slow.
    pub(super) fn are_reached(&self, tally: Tally) -> bool {
        // The quotient rounds to the same number as a literal of the same value, so a fraction equal to the
        // rate reaches it.
        let reaches =
            |part: u64, rate: Option<f64>| rate.is_some_and(|r| part as f64 / tally.calls as f64 >= r);
        tally.calls >= self.minimum()
            && (reaches(tally.failures, self.failure) || reaches(tally.slow, self.slow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates { failure: Some(0.5), slow: Some(0.25), reach: Reach::Time(1), ..Rates::NONE };

    fn can_be_reached(rates: Rates, (calls, failures, slow): (u64, u64, u64)) -> bool {
        rates.can_be_reached(Tally { calls, failures, slow })
    }

    #[test]
    fn a_rate_can_be_reached_from_its_part_of_the_minimum_on() {
        for (tally, expected) in [
            ((0, 0, 0), false),
            ((5, 9, 4), false),
            ((20, 10, 4), true),
            ((20, 9, 5), true),
            ((0, 30, 0), true),
            ((0, 0, 30), true),
            ((21, 10, 4), false),
            ((21, 9, 5), false),
            ((22, 11, 0), true),
        ] {
            assert_eq!(can_be_reached(RATES, tally), expected, "calls, failed and slow: {tally:?}");
        }
        let calls = Rates { reach: Reach::Calls(4), ..RATES };
        assert!(!can_be_reached(calls, (0, 1, 0)));
        assert!(can_be_reached(calls, (0, 2, 0)));
        assert!(!can_be_reached(Rates { slow: None, ..RATES }, (0, 9, 30)));
    }

    #[test]
    fn a_rate_that_is_reached_can_be_reached_with_fewer_calls_known() {
        for rate in [0.07, 0.1, 1.0 / 3.0, 0.5, 0.99, 1.0] {
            let rates = Rates { failure: Some(rate), ..RATES };
            for calls in 20..100 {
                for failures in 0..=calls {
                    let tally = Tally { calls, failures, slow: 0 };
                    for known in 0..=calls {
                        let can_be = can_be_reached(rates, (known, failures, 0));
                        assert!(can_be || !rates.are_reached(tally), "{tally:?} at {rate}, {known} known");
                    }
                }
            }
        }
    }
}
