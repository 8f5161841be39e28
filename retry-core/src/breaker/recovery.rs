//! The settings for the recovery of a circuit: how long it is open, and what its trials have to show.

use core::num::NonZeroU64;

use super::state::MAX_OPENINGS;
use crate::policy::nanos::{FOREVER, Nanos, min};

/// The settings for the recovery of a circuit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// How long the circuit stays open when it opens for the first time.
    pub(crate) open_for: Nanos,
    /// The limit up to which the time doubles with each failed recovery. Without one, it does not double.
    pub(crate) open_for_max: Option<NonZeroU64>,
    /// How long trials may take before other calls are admitted in their place, if it is not `open_for`.
    pub(crate) trial_timeout: Option<NonZeroU64>,
    pub(crate) trials: Trials,
}

impl Recovery {
    /// Returns how long a circuit stays open that has opened `openings` times without closing.
    pub(crate) const fn open_time(&self, openings: u8) -> Nanos {
        let Some(max) = self.open_for_max else { return self.open_for };
        let doublings = openings.saturating_sub(1) as u32;
        let overflows = doublings > self.open_for.leading_zeros();
        let doubled = if overflows { FOREVER } else { self.open_for << doublings };
        min(doubled, max.get())
    }

    /// Returns the number of openings after another one. It stays where the time has reached its limit.
    pub(crate) const fn opened_again(&self, openings: u8) -> u8 {
        let is_limited = match self.open_for_max {
            None => true,
            Some(max) => self.open_time(openings) >= max.get(),
        };
        if openings > 0 && (is_limited || openings == MAX_OPENINGS) {
            openings
        } else {
            openings.saturating_add(1)
        }
    }

    /// Returns how long trials may take.
    pub(crate) const fn trial_time(&self) -> Nanos {
        match self.trial_timeout {
            None => self.open_for,
            Some(time) => time.get(),
        }
    }
}

/// How many calls a half-open circuit admits as trials, and how many of them may fail.
///
/// Of the trials, as many have to succeed as may not fail. When they have, the rest cannot fail too often. So the
/// circuit does not wait for the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trials {
    /// The number of calls, or 0 if it is not set.
    calls: u16,
    failures: u8,
}

/// The number of bits of the trials that have succeeded, in a word that also counts failures.
const SUCCESSES: u32 = 8;

#[expect(
    clippy::arithmetic_side_effects,
    reason = "`checked` keeps the failures below the calls, and a count that reaches its limit ends the trials"
)]
impl Trials {
    /// One trial, which has to succeed.
    pub(crate) const ONE: Trials = Trials { calls: 0, failures: 0 };

    /// The most calls without failures that are allowed.
    pub(crate) const MAX: u32 = u16::MAX as u32;

    /// The most calls of which some may fail: both numbers have to fit into the word of the circuit.
    pub(crate) const MAX_WITH_FAILURES: u32 = (1 << SUCCESSES) - 1;

    /// Returns the trials with another number of calls, which is in range.
    pub(crate) const fn of(self, calls: u16) -> Trials {
        Trials { calls, ..self }
    }

    /// Returns the trials with another number of failures that are allowed, which is in range.
    pub(crate) const fn tolerating(self, failures: u8) -> Trials {
        Trials { failures, ..self }
    }

    /// Returns the trials, if a circuit can close by them and count them.
    #[track_caller]
    pub(crate) const fn checked(self) -> Trials {
        assert!(
            self.calls == 0 || self.calls > self.failures as u16,
            "`trial_failures` is not below `trials`, so no trial has to succeed; write more `trials`"
        );
        assert!(
            self.failures == 0 || self.calls as u32 <= Self::MAX_WITH_FAILURES,
            "with `trial_failures`, `trials` is not in 1..=255; write fewer, or no `trial_failures`"
        );
        self
    }

    /// Returns the number of calls. Where it is not set, one of them has to succeed.
    pub(crate) const fn calls(self) -> u16 {
        if self.calls == 0 { self.failures as u16 + 1 } else { self.calls }
    }

    /// Returns the number of failures that are allowed.
    #[cfg(feature = "fleet")]
    pub(crate) const fn failures(self) -> u8 {
        self.failures
    }

    /// Adds a success to the trials that have ended. Returns `None` if it closes the circuit.
    pub(crate) const fn add_success(self, ended: u16) -> Option<u16> {
        let succeeded = if self.failures == 0 { ended } else { ended & ((1 << SUCCESSES) - 1) };
        let closes = succeeded + 1 >= self.calls() - self.failures as u16;
        if closes { None } else { Some(ended + 1) }
    }

    /// Adds a failure to the trials that have ended. Returns `None` if it opens the circuit.
    pub(crate) const fn add_failure(self, ended: u16) -> Option<u16> {
        let opens = self.failures == 0 || ended >> SUCCESSES >= self.failures as u16;
        if opens { None } else { Some(ended + (1 << SUCCESSES)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn doubling(open_for: Nanos, max: Nanos) -> Recovery {
        Recovery { open_for, open_for_max: NonZeroU64::new(max), trial_timeout: None, trials: Trials::ONE }
    }

    /// Returns the times of the first `count` openings.
    fn times(recovery: Recovery, count: usize) -> Vec<Nanos> {
        let mut openings = 0;
        let open = || {
            openings = recovery.opened_again(openings);
            recovery.open_time(openings)
        };
        std::iter::repeat_with(open).take(count).collect()
    }

    #[test]
    fn the_time_doubles_up_to_its_limit() {
        assert_eq!(times(doubling(10, 0), 4), [10, 10, 10, 10]);
        assert_eq!(times(doubling(10, 60), 5), [10, 20, 40, 60, 60]);
        assert_eq!(times(doubling(10, 40), 5), [10, 20, 40, 40, 40]);
        assert_eq!(times(doubling(10, 10), 3), [10, 10, 10]);
        assert_eq!(times(doubling(10, 7), 3), [7, 7, 7]);
        assert_eq!(times(doubling(FOREVER, FOREVER), 3), [FOREVER; 3]);
        assert_eq!(times(doubling(FOREVER / 2, FOREVER), 3), [FOREVER / 2, FOREVER - 1, FOREVER]);
    }

    #[test]
    fn the_number_of_openings_fits_whatever_the_limit() {
        let times = times(doubling(1, FOREVER), 100);
        assert_eq!(times[29], 1 << 29);
        assert!(times[30..].iter().all(|time| *time == 1 << 30));
        assert_eq!(super::super::state::MAX_OPENINGS, 31);
    }

    #[test]
    fn trials_end_as_the_naive_count_does() {
        for calls in 1..=20_u16 {
            for failures in 0..calls {
                let trials = Trials::ONE.of(calls).tolerating(u8::try_from(failures).unwrap());
                for succeeded in 0..calls - failures {
                    for failed in 0..=failures {
                        let ended = if failures == 0 { succeeded } else { failed << SUCCESSES | succeeded };
                        let closes = succeeded + 1 == calls - failures;
                        assert_eq!(trials.add_success(ended).is_none(), closes);
                        assert_eq!(trials.add_failure(ended).is_none(), failed == failures);
                    }
                }
            }
        }
    }
}
