//! The trials of a half-open circuit, which processes hold as leases.

use std::vec::Vec;

use super::members::ProcessId;
use super::rules::{Millis, Rules, left_of};

/// The right to run one trial. It ends with the trial's outcome, or by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The process that has it.
    pub process: ProcessId,
    /// The number that the process gave it.
    pub number: u64,
    /// The time at which it was granted.
    pub(super) since: Millis,
}

/// The leases that have not ended, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Leases(pub(super) Vec<Lease>);

impl Leases {
    fn live(&self, now: Millis, rules: &Rules) -> impl Iterator<Item = &Lease> {
        let lasts = rules.trial_timeout;
        self.0.iter().filter(move |lease| left_of(lasts, lease.since, now) > 0)
    }

    pub(super) fn count(&self, now: Millis, rules: &Rules) -> u32 {
        u32::try_from(self.live(now, rules).count()).unwrap_or(u32::MAX)
    }

    pub(super) fn has(&self, process: ProcessId, number: u64, now: Millis, rules: &Rules) -> bool {
        self.live(now, rules).any(|lease| lease.process == process && lease.number == number)
    }

    /// Adds a lease, and removes those whose time is over.
    pub(super) fn add(&mut self, process: ProcessId, number: u64, now: Millis, rules: &Rules) {
        self.0.retain(|lease| left_of(rules.trial_timeout, lease.since, now) > 0);
        self.0.push(Lease { process, number, since: now });
    }

    /// Ends a lease, and returns whether it was live.
    pub(super) fn end(&mut self, process: ProcessId, number: u64, now: Millis, rules: &Rules) -> bool {
        let is_live = self.has(process, number, now, rules);
        if is_live {
            self.0.retain(|lease| lease.process != process || lease.number != number);
        }
        is_live
    }

    /// Ends the leases of a process, and returns whether there were any.
    pub(super) fn end_all(&mut self, process: ProcessId) -> bool {
        let before = self.0.len();
        self.0.retain(|lease| lease.process != process);
        self.0.len() < before
    }

    /// Returns when the next lease ends by itself.
    pub(super) fn next_end(&self, now: Millis, rules: &Rules) -> Millis {
        let left = |lease: &Lease| left_of(rules.trial_timeout, lease.since, now);
        self.live(now, rules).map(left).min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ProcessId = ProcessId(1);
    const OTHER: ProcessId = ProcessId(2);

    #[test]
    fn a_lease_whose_time_is_over_is_removed_by_the_next() {
        let mut leases = Leases::default();
        leases.add(ONE, 1, 5_000, &Rules::OF_TESTS);
        leases.add(OTHER, 2, 5_999, &Rules::OF_TESTS);
        assert_eq!(leases.0.len(), 2);
        leases.add(OTHER, 3, 6_000, &Rules::OF_TESTS);
        assert_eq!(leases.0.iter().map(|lease| lease.number).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_lease_that_ends_leaves_the_others_of_its_process_and_of_its_number() {
        let mut leases = Leases::default();
        for (process, number) in [(ONE, 1), (ONE, 2), (OTHER, 1)] {
            leases.add(process, number, 5_000, &Rules::OF_TESTS);
        }
        assert!(leases.end(ONE, 1, 5_100, &Rules::OF_TESTS));
        assert!(!leases.end(ONE, 1, 5_100, &Rules::OF_TESTS));
        let left: Vec<_> = leases.0.iter().map(|lease| (lease.process, lease.number)).collect();
        assert_eq!(left, [(ONE, 2), (OTHER, 1)]);
    }
}
