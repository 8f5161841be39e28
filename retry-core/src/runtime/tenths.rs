//! The tenths into which a window of time is divided.

use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::sync::{AtomicU64, Ordering};

/// The number of parts in a window.
pub(crate) const TENTHS: u64 = 10;

/// Numbers the tenths of a window. One of them begins at the first call, so that the contents of a window do
/// not depend on the moment at which a process or a test started.
#[derive(Debug)]
pub(crate) struct Tenths {
    length: Nanos,
    /// The time by which tenths begin late; [`UNUSED`] before the first call.
    phase: AtomicU64,
    /// The tenth of the latest call.
    latest: AtomicU64,
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "a tenth has at least one nanosecond, and starts no later than a time that was read"
)]
impl Tenths {
    /// Divides a window of at least ten nanoseconds.
    pub(crate) const fn new(window: Nanos) -> Tenths {
        Tenths { length: window / TENTHS, phase: AtomicU64::new(UNUSED), latest: AtomicU64::new(0) }
    }

    /// Returns tenths of the same length, one of which begins at the next call.
    pub(crate) const fn restarted(&self) -> Tenths {
        Tenths { phase: AtomicU64::new(UNUSED), latest: AtomicU64::new(0), length: self.length }
    }

    /// Returns the tenth of the latest call.
    #[inline]
    pub(crate) fn latest(&self) -> u64 {
        self.latest.load(Ordering::Relaxed)
    }

    /// Returns the number of the tenth that contains `now`.
    pub(crate) fn number(&self, now: Nanos) -> u64 {
        let since = now.saturating_sub(self.phase(now));
        let latest = self.latest.load(Ordering::Relaxed);
        // Most calls are in the tenth of the call before them. A comparison finds it, in place of a division: a
        // call takes 44 ns and not 48 ns.
        let in_latest = since.checked_sub(latest * self.length);
        if in_latest.is_some_and(|time| time < self.length) {
            return latest;
        }
        let number = since / self.length;
        self.latest.store(number, Ordering::Relaxed);
        number
    }

    fn phase(&self, now: Nanos) -> Nanos {
        match self.phase.load(Ordering::Relaxed) {
            UNUSED => self.begin(now),
            phase => phase,
        }
    }

    /// Begins a tenth at the first call, which is at `now` unless another thread is faster.
    #[cold]
    fn begin(&self, now: Nanos) -> Nanos {
        let phase = now % self.length;
        match self.phase.compare_exchange(UNUSED, phase, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => phase,
            Err(begun) => begun,
        }
    }
}

/// The phase before the first call.
const UNUSED: Nanos = FOREVER;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_numbered_from_the_first_call_whatever_the_order_of_the_calls() {
        for first in [0, 7, 30, 1234] {
            let tenths = Tenths::new(300);
            assert_eq!(tenths.number(first), first / 30);
            // The next time is in the same tenth, in a later one or in an earlier one.
            let times = (0..1000).map(|call| call * 7919 % 500);
            for now in times.chain([first, u64::MAX, 0, u64::MAX, 1 << 63, first]) {
                assert_eq!(tenths.number(now), now.saturating_sub(first % 30) / 30, "{now} after {first}");
            }
        }
    }

    #[test]
    fn a_tenth_begins_at_the_first_call() {
        let tenths = Tenths::new(300);
        let number = tenths.number(1234);
        assert_eq!(tenths.number(1233), number - 1);
        assert_eq!(tenths.number(1234 + 29), number);
        assert_eq!(tenths.number(1234 + 30), number + 1);
    }
}
