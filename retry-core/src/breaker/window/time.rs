//! A window of the calls of the last period of time, counted by tenths.
//!
//! Each counter is one word that also contains the generation and the tenth that it counts. A new tenth
//! begins when a call finds the counter of another tenth and replaces it. So nothing has to be cleared,
//! however long the window was idle, and a call that was delayed finds a later counter and leaves it
//! unchanged.

use crate::breaker::window::tally::{CallResult, Tally};
use crate::policy::nanos::Nanos;
use crate::runtime::sync::{AtomicU64, Ordering, fence};

const TENTHS: u64 = 10;
/// The difference to the current tenth at which a tenth is no longer in the window. It is negative, because
/// the tenth is in the past.
const OVER: i64 = -10;

/// A window of time. See the module's documentation.
#[derive(Debug)]
pub(super) struct Periods {
    /// The last tenths, each at the index of its number modulo their count.
    last: [Period; TENTHS as usize],
    /// The tag of the last call that failed or was slow. Without such a call, no tally is needed.
    wrong: AtomicU64,
}

#[derive(Debug)]
struct Period {
    calls: Counter,
    failures: Counter,
    slow: Counter,
}

/// A counter. From the low end: the count (28 bits), the tenth (24), the generation (12); 0 before the first
/// call.
#[derive(Debug)]
struct Counter(AtomicU64);

const COUNT: u64 = (1 << 28) - 1;

/// Returns the tag of a counter: generation and tenth, above the count.
const fn tag(generation: u32, tenth: u64) -> u64 {
    ((generation & 0xFFF) as u64) << 52 | (tenth & 0xFF_FFFF) << 28
}

/// Returns by how many generations and tenths `found` is ahead of `tag`. Negative numbers mean that it is
/// behind.
#[expect(clippy::cast_possible_wrap, reason = "the sign of a difference between numbers that wrap")]
const fn ahead(found: u64, tag: u64) -> (i64, i64) {
    let generations = (found >> 52).wrapping_sub(tag >> 52) << 52;
    let tenths = (found >> 28).wrapping_sub(tag >> 28) << 40;
    (generations as i64 >> 52, tenths as i64 >> 40)
}

/// The number of tenths by which a call may be late, since it read the clock.
const LATE: i64 = 1024;

/// Returns whether the counter `found` is later than `tag`.
///
/// Both numbers wrap, so a counter that is far away may be old whatever the comparison yields: the window was
/// idle for long, or many generations have passed in an outage. A counter that is later was written a moment
/// ago, so its tenth is close.
const fn is_later(found: u64, tag: u64) -> bool {
    let (generations, tenths) = ahead(found, tag);
    let is_recent = OVER < tenths && tenths < LATE;
    found != 0 && is_recent && (generations > 0 || generations == 0 && tenths > 0)
}

impl Period {
    const fn new() -> Period {
        Period { calls: Counter::new(), failures: Counter::new(), slow: Counter::new() }
    }
}

impl Counter {
    const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    /// Adds one to the count of `tag`, unless the counter is later.
    fn add(&self, tag: u64) {
        let counted = |found: u64| {
            if found & !COUNT == tag {
                Some(found.saturating_add(1).min(tag | COUNT))
            } else {
                (!is_later(found, tag)).then_some(tag | 1)
            }
        };
        // An error means that the counter is later.
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, counted);
    }

    fn count(&self, tag: u64) -> u64 {
        let found = self.0.load(Ordering::Acquire);
        if found & !COUNT == tag { found & COUNT } else { 0 }
    }
}

impl Periods {
    pub(super) const fn new() -> Periods {
        Periods { last: [const { Period::new() }; TENTHS as usize], wrong: AtomicU64::new(0) }
    }

    /// Returns the number of the tenth of `length` that contains `now`, if a tenth began at `first`.
    pub(super) const fn number(now: Nanos, first: Nanos, length: Nanos) -> u64 {
        let tenth = length / TENTHS;
        now.saturating_sub(first % tenth) / tenth
    }

    /// Adds a call in `tenth`. Returns the tally of the window, or `None` if all calls in it were good.
    pub(super) fn add(&self, generation: u32, result: CallResult, tenth: u64) -> Option<Tally> {
        let (period, tag) = (self.period(tenth), tag(generation, tenth));
        // This order ensures that no thread reads more failures than calls.
        period.calls.add(tag);
        if result.has_failed {
            period.failures.add(tag);
        }
        if result.was_slow {
            period.slow.add(tag);
        }
        if !result.is_good() {
            let latest = |found| (!is_later(found, tag)).then_some(tag | 1);
            // An error means that a later call has written its tag.
            let _ = self.wrong.fetch_update(Ordering::AcqRel, Ordering::Acquire, latest);
        }
        // Of two calls that are counted at the same time, at least one has to see both.
        fence(Ordering::SeqCst);
        self.has_gone_wrong(tag).then(|| self.tally(generation, tenth))
    }

    /// Returns whether a call in the window that ends with `tag` failed or was slow, or may have.
    fn has_gone_wrong(&self, tag: u64) -> bool {
        let wrong = self.wrong.load(Ordering::Acquire);
        let (generations, tenths) = ahead(wrong, tag);
        wrong != 0 && generations == 0 && OVER < tenths && tenths <= 0
    }

    const fn period(&self, tenth: u64) -> &Period {
        &self.last[(tenth % TENTHS) as usize]
    }

    fn tally(&self, generation: u32, tenth: u64) -> Tally {
        let mut tally = Tally::default();
        for tenth in tenth.saturating_sub(TENTHS - 1)..=tenth {
            let (period, tag) = (self.period(tenth), tag(generation, tenth));
            tally.failures += period.failures.count(tag);
            tally.slow += period.slow.count(tag);
            tally.calls += period.calls.count(tag);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: CallResult = CallResult { has_failed: true, was_slow: false };

    /// Returns how many of three failures a window counts after it was used in `before`, a generation and a
    /// tenth.
    fn counted(before: Option<(u32, u64)>, (generation, tenth): (u32, u64)) -> u64 {
        let periods = Periods::new();
        if let Some((generation, tenth)) = before {
            for tenth in tenth..tenth + TENTHS {
                periods.add(generation, FAILED, tenth);
            }
        }
        let tallies = (0..3).map(|_| periods.add(generation, FAILED, tenth));
        tallies.last().flatten().map_or(0, |tally| tally.failures)
    }

    #[test]
    fn a_window_counts_from_any_time_of_the_clock() {
        for bit in 0..64 {
            assert_eq!(counted(None, (0, 1 << bit)), 3, "tenth 2^{bit}");
            assert_eq!(counted(None, (0, u64::MAX >> bit)), 3, "the tenth before 2^{}", 64 - bit);
        }
    }

    #[test]
    fn a_window_that_was_left_alone_counts_again_after_any_time() {
        for bit in 5..24 {
            assert_eq!(counted(Some((0, 7)), (0, 7 + (1 << bit))), 3, "2^{bit} tenths later");
        }
    }

    #[test]
    fn an_outage_of_many_generations_leaves_nothing_behind() {
        for bit in 1..29 {
            let generation = (1 << bit) + 2;
            assert_eq!(counted(Some((2, 7)), (generation, 7 + 20)), 3, "generation {generation}");
        }
    }

    #[test]
    fn a_late_call_is_not_counted() {
        let periods = Periods::new();
        for _ in 0..2 {
            periods.add(5, FAILED, 107);
        }
        // The calls are of an earlier generation, or of an earlier tenth with the same index.
        for (generation, tenth) in [(4, 107), (4, 97), (5, 97), (3, 7)] {
            periods.add(generation, FAILED, tenth);
        }
        assert_eq!(periods.add(5, FAILED, 107).map(|tally| tally.failures), Some(3));
    }
}
