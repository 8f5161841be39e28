//! The processes to which something has happened, and when it did so last.

use std::vec::Vec;

use super::members::ProcessId;
use super::rules::{Millis, Rules, left_of};

/// The latest [`Rules::MAX_QUORUM`] processes, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Latest(pub(super) Vec<(ProcessId, Millis)>);

impl Latest {
    /// Notes that it has happened to a process now.
    pub(super) fn note(&mut self, process: ProcessId, now: Millis) {
        self.forget(process);
        if self.0.len() >= Rules::MAX_QUORUM as usize {
            self.0.remove(0);
        }
        self.0.push((process, now));
    }

    /// Forgets a process.
    pub(super) fn forget(&mut self, process: ProcessId) {
        self.0.retain(|&(other, _)| other != process);
    }

    /// Returns the number of processes to which it has happened no longer ago than `time`.
    pub(super) fn since(&self, time: Millis, now: Millis) -> usize {
        self.0.iter().filter(|&&(_, at)| left_of(time, at, now) > 0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_longer_ago_is_not_counted() {
        let mut latest = Latest::default();
        latest.note(ProcessId(1), 100);
        latest.note(ProcessId(2), 105);
        for (now, count) in [(105, 2), (109, 2), (110, 1), (114, 1), (115, 0)] {
            assert_eq!(latest.since(10, now), count, "at {now}");
        }
    }
}
