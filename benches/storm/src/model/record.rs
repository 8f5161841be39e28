//! What happened, in tenths of a second.

use super::client::{Failure, LIMIT};
use super::scenario::NANOS_PER_SECOND;

/// A tenth of a second.
pub(crate) const BIN: u64 = NANOS_PER_SECOND / 10;

/// The calls that began in a tenth of a second, and the requests that were sent in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) calls: u32,
    pub(crate) answers: u32,
    /// Calls that the client itself refused.
    pub(crate) refused: u32,
    pub(crate) sent: u32,
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(counts: I) -> Counts {
        counts.fold(Counts::default(), |sum, counts| Counts {
            calls: sum.calls + counts.calls,
            answers: sum.answers + counts.answers,
            refused: sum.refused + counts.refused,
            sent: sum.sent + counts.sent,
        })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) bins: Vec<Counts>,
    /// When each answered call began, and how long it took, in nanoseconds.
    pub(crate) answers: Vec<(u64, u64)>,
}

impl Record {
    pub(crate) fn new(seconds: u64) -> Record {
        let bins = seconds * NANOS_PER_SECOND / BIN;
        Record { bins: vec![Counts::default(); bins as usize], answers: Vec::new() }
    }

    pub(crate) fn sent(&mut self, now: u64) {
        if let Some(counts) = self.bin(now) {
            counts.sent += 1;
        }
    }

    pub(crate) fn ended(&mut self, began: u64, now: u64, result: Result<(), Failure>) {
        let Some(counts) = self.bin(began) else { return };
        counts.calls += 1;
        match result {
            Ok(()) if now - began <= LIMIT.as_nanos() as u64 => {
                counts.answers += 1;
                self.answers.push((began, now - began));
            }
            Err(Failure::Refused) => counts.refused += 1,
            Ok(()) | Err(_) => {}
        }
    }

    /// The sums of each second.
    pub(crate) fn seconds(&self) -> Vec<Counts> {
        self.bins.chunks((NANOS_PER_SECOND / BIN) as usize).map(|bins| bins.iter().copied().sum()).collect()
    }

    fn bin(&mut self, now: u64) -> Option<&mut Counts> {
        self.bins.get_mut((now / BIN) as usize)
    }
}
