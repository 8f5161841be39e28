//! The processes that take part in a record, and the numbers of their steps.

use std::collections::BTreeMap;

use super::rules::{MAX_NUMBER, Millis, left_of};

/// A process that takes part: a random number below 2^48, drawn when the process joins.
///
/// A process that the store does not know any more draws another number. So the steps of a number are never counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u64);

/// What a record keeps of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Member {
    /// The number of the last report that was counted.
    pub(super) report: u64,
    /// The number of the last lease that was granted.
    pub(super) lease: u64,
    /// The time of the last step that changed the record.
    pub(super) seen: Millis,
}

/// The processes of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    pub(super) all: BTreeMap<ProcessId, Member>,
    /// The time at which those that were not seen were last removed.
    pub(super) swept: Millis,
}

impl Members {
    /// Returns the number of processes that are live.
    pub(super) fn live(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn has(&self, process: ProcessId) -> bool {
        self.all.contains_key(&process)
    }

    /// Returns whether a report has not been counted. A process joins with its first report, which has the number 1. A later
    /// report of a process that is not there is refused, because it may be a repeated one.
    pub(super) fn is_next_report(&self, process: ProcessId, number: u64) -> bool {
        self.all.get(&process).map_or(number == 1, |member| number > member.report) && number <= MAX_NUMBER
    }

    /// Returns whether a lease has not been granted, by the rules of a report.
    pub(super) fn is_next_lease(&self, process: ProcessId, number: u64) -> bool {
        self.all.get(&process).map_or(number == 1, |member| number > member.lease) && number <= MAX_NUMBER
    }

    /// Returns a process, which joins if it is not there.
    pub(super) fn visit(&mut self, process: ProcessId) -> &mut Member {
        self.all.entry(process).or_default()
    }

    /// Notes that a process is live. Removes those that were not seen for `retention`, at most once in a hundredth of it,
    /// because every process is looked at.
    pub(super) fn see(&mut self, process: ProcessId, now: Millis, retention: Millis) {
        if let Some(member) = self.all.get_mut(&process) {
            member.seen = now;
        }
        if left_of(retention / 100, self.swept, now) == 0 {
            self.swept = now;
            self.all.retain(|_, member| left_of(retention, member.seen, now) > 0);
        }
    }
}
