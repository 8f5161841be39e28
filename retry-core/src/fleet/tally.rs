//! The calls of the whole fleet in the window of a shared circuit, by tenths of the window.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a rate is at most a million, and the calls of all tenths times a rate are below 2^53, as asserted below"
)]

use std::vec::Vec;

use super::rules::{MAX_NUMBER, Millis, Rules};

/// Calls of one process since its last report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls that did not fail.
    pub good: u32,
    /// Calls that failed.
    pub bad: u32,
    /// Calls of both kinds that took too long.
    pub slow: u32,
}

impl Calls {
    /// Returns whether so many of the calls failed or were slow, half of the rate, that the process counts as one in which calls
    /// fail. A healthy process has a failure now and then, and must not help a bad one to open the circuit. Without a rate,
    /// only a process whose own rules have opened its breaker counts.
    pub(super) fn reach_half_of_rate(self, rules: &Rules) -> bool {
        let all = u64::from(self.good) + u64::from(self.bad);
        let reaches = |part: u32, rate: u32| {
            rate > 0 && part > 0 && u64::from(part) * 2_000_000 >= u64::from(rate) * all
        };
        reaches(self.bad, rules.failure_rate) || reaches(self.slow, rules.slow_rate)
    }
}

/// The calls of one tenth of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tenth {
    /// The number of the tenth, from the beginning of the store's clock.
    pub(super) number: u64,
    pub(super) good: u64,
    pub(super) bad: u64,
    pub(super) slow: u64,
}

/// The calls in the window. A window of another length begins empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// The length of a tenth.
    pub(super) length: Millis,
    pub(super) tenths: Vec<Tenth>,
}

/// The number of parts in a window.
const TENTHS: u64 = 10;

/// The most tenths that are kept: those of the window, and as many of a clock that was ahead.
pub(super) const MOST_TENTHS: usize = 19;

/// The most calls that a tenth counts: with them, the calls of all tenths times a rate stay below 2^53, up to which Lua is
/// exact.
pub(super) const MOST_CALLS: u64 = 200_000_000;

const _: () = assert!(MOST_TENTHS as u64 * 2 * MOST_CALLS * 1_000_000 <= MAX_NUMBER);

impl Tally {
    pub(super) fn add(&mut self, calls: Calls, now: Millis, rules: &Rules) {
        let length = (rules.window / TENTHS).max(1);
        if length != self.length {
            *self = Tally { length, tenths: Vec::new() };
        }
        let number = now / length;
        // Neither the tenths before the window nor those of a clock that was ahead.
        self.tenths.retain(|tenth| tenth.number.abs_diff(number) < TENTHS);
        if self.tenths.iter().all(|tenth| tenth.number != number) {
            self.tenths.push(Tenth { number, ..Tenth::default() });
        }
        let Some(tenth) = self.tenths.iter_mut().find(|tenth| tenth.number == number) else { return };
        tenth.good = (tenth.good + u64::from(calls.good)).min(MOST_CALLS);
        tenth.bad = (tenth.bad + u64::from(calls.bad)).min(MOST_CALLS);
        tenth.slow = (tenth.slow + u64::from(calls.slow)).min(MOST_CALLS);
    }

    /// Returns whether the calls reach a rate that opens the circuit.
    pub(super) fn reaches_rate(&self, rules: &Rules) -> bool {
        let sum = |part: fn(&Tenth) -> u64| self.tenths.iter().map(part).sum::<u64>();
        let (bad, slow) = (sum(|tenth| tenth.bad), sum(|tenth| tenth.slow));
        let all = sum(|tenth| tenth.good) + bad;
        let reaches = |part: u64, rate: u32| rate > 0 && part * 1_000_000 >= u64::from(rate) * all;
        all >= u64::from(rules.minimum_calls)
            && (reaches(bad, rules.failure_rate) || reaches(slow, rules.slow_rate))
    }
}
