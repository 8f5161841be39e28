//! The processes that take part in a record, and the numbers of their steps.

use std::collections::BTreeMap;

use super::rules::{MAX_NUMBER, Millis, left_of};

/// A process that takes part: a random number below 2^48, drawn when the process joins.
///
/// A process that the store does not know any more draws another number. So the steps of a number are never counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u64);

/// The entry of a process in a record.
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
    /// How many of them have left.
    pub(super) gone: u32,
}

/// The numbers of a process that has left. No step of it is the next, so a late or repeated one does not bring it back
/// while the record remembers it.
pub(super) const GONE: u64 = MAX_NUMBER;

impl Member {
    pub(super) fn is_gone(&self) -> bool {
        self.report == GONE
    }
}

impl Members {
    /// Returns the number of processes that are live.
    pub(super) fn live(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX).saturating_sub(self.gone)
    }

    pub(super) fn has(&self, process: ProcessId) -> bool {
        self.all.get(&process).is_some_and(|member| !member.is_gone())
    }

    /// Returns whether a process has left and is remembered.
    pub(super) fn has_gone(&self) -> bool {
        self.all.values().any(Member::is_gone)
    }

    /// Adds a process, and returns whether it is new.
    pub(super) fn join(&mut self, process: ProcessId) -> bool {
        let before = self.all.len();
        self.visit(process);
        self.all.len() > before
    }

    /// Notes that a process has left, and returns whether it was there.
    pub(super) fn leave(&mut self, process: ProcessId) -> bool {
        let was_there = self.has(process);
        if was_there {
            *self.visit(process) = Member { report: GONE, lease: GONE, seen: 0 };
            self.gone = self.gone.saturating_add(1);
        }
        was_there
    }

    /// Returns whether a report has not been counted. A process joins with its first report, which has the number 1. A
    /// later report of a process that is not there is refused, because it may be a repeated one. Numbers are below
    /// [`GONE`].
    pub(super) fn is_next_report(&self, process: ProcessId, number: u64) -> bool {
        self.all.get(&process).map_or(number == 1, |member| number > member.report && number < GONE)
    }

    /// Returns whether a lease has not been granted, by the rules of a report.
    pub(super) fn is_next_lease(&self, process: ProcessId, number: u64) -> bool {
        self.all.get(&process).map_or(number == 1, |member| number > member.lease && number < GONE)
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
            let gone = self.all.values().filter(|member| member.is_gone()).count();
            self.gone = u32::try_from(gone).unwrap_or(u32::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_the_next_if_its_number_is_above_the_last() {
        let (one, other) = (ProcessId(1), ProcessId(2));
        let mut members = Members::default();
        *members.visit(one) = Member { report: 3, lease: 5, seen: 0 };
        for (number, is_next_report, is_next_lease) in [
            (3, false, false),
            (4, true, false),
            (5, true, false),
            (6, true, true),
            (GONE - 1, true, true),
            (GONE, false, false),
        ] {
            assert_eq!(members.is_next_report(one, number), is_next_report, "{number}");
            assert_eq!(members.is_next_lease(one, number), is_next_lease, "{number}");
        }
        for (number, joins) in [(0, false), (1, true), (2, false)] {
            assert_eq!(members.is_next_report(other, number), joins, "{number}");
            assert_eq!(members.is_next_lease(other, number), joins, "{number}");
        }
        assert!(members.leave(one) && !members.leave(one));
        assert!(!members.is_next_report(one, GONE + 1) && !members.is_next_lease(one, GONE + 1));
    }
}
