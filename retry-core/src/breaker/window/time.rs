//! A window of the calls of the last period of time, counted by tenths.
//!
//! Each counter is one word that also contains the generation and the tenth that it counts. A new tenth
//! begins when a call finds the counter of another tenth and replaces it. So nothing has to be cleared,
//! however long the window was idle, and a call that was delayed finds a later counter and leaves it
//! unchanged.
//!
//! **Threads whose calls succeed do not share a cache line.** All calls are counted, so their counters are divided
//! into shards, and a thread counts in its own. Two threads that call at the same time take 43 ns for a call with
//! a shard each, and 130 ns with a common one. Failed and slow calls are rare and have one counter.
//!
//! **Few tallies read all shards.** The calls of its own shard are usually enough for a thread to rule out that
//! the rates are reached. Two threads take 62 ns for a call in a window with failures, and 280 ns if each of
//! them always reads the shard of the other.

use crate::breaker::window::tally::{CallResult, Tally};
use crate::breaker::window::tenths::TENTHS;
use crate::runtime::sync::{AtomicU64, Ordering, fence};

/// The difference to the current tenth at which a tenth is no longer in the window. It is negative, because
/// the tenth is in the past.
const OVER: i64 = -10;

/// The number of shards. More of them make a tally slower.
const SHARDS: usize = 4;

/// A window of time. See the module's documentation.
#[derive(Debug)]
pub(super) struct Periods {
    calls: [Shard; SHARDS],
    failures: Counters,
    slow: Counters,
    /// The tag of the last call that failed or was slow. Without such a call, no tally is needed.
    wrong: AtomicU64,
}

/// The calls of some of the threads, in cache lines of their own.
#[derive(Debug)]
#[repr(align(64))]
struct Shard(Counters);

/// The counters of the last tenths, each at the index of its number modulo their count.
#[derive(Debug)]
struct Counters([Counter; TENTHS as usize]);

/// A counter. From the low end: the count (28 bits), the tenth (24), the generation (12); 0 before the first
/// call.
#[derive(Debug)]
struct Counter(AtomicU64);

const COUNT: u64 = (1 << 28) - 1;

/// Returns the tag of a counter: generation and tenth, above the count.
const fn tag(generation: u32, tenth: u64) -> u64 {
    ((generation & 0xFFF) as u64) << 52 | (tenth & 0xFF_FFFF) << 28
}

/// The tags of the counters of a window, in the order of [`Counters`].
type Tags = [u64; TENTHS as usize];

/// Returns the tags of the window that ends with `tenth`.
fn tags(generation: u32, tenth: u64) -> Tags {
    /// The tag of no counter, because its low bits are not 0.
    const NONE: u64 = u64::MAX;
    let mut tags = [NONE; TENTHS as usize];
    for tenth in tenth.saturating_sub(TENTHS - 1)..=tenth {
        tags[(tenth % TENTHS) as usize] = tag(generation, tenth);
    }
    tags
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

impl Counters {
    const fn new() -> Counters {
        Counters([const { Counter::new() }; TENTHS as usize])
    }

    const fn of(&self, tenth: u64) -> &Counter {
        &self.0[(tenth % TENTHS) as usize]
    }

    /// Returns the sum of the counts of a window.
    fn sum(&self, window: &Tags) -> u64 {
        self.0.iter().zip(window).map(|(counter, tag)| counter.count(*tag)).sum()
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
        Periods {
            calls: [const { Shard(Counters::new()) }; SHARDS],
            failures: Counters::new(),
            slow: Counters::new(),
            wrong: AtomicU64::new(0),
        }
    }

    /// Adds a call of a thread in `tenth`. Returns the tally of the window, or `None` if all calls in it were
    /// good, or if `matters` returns `false` for a tally with fewer calls: those of one shard.
    pub(super) fn add(
        &self,
        generation: u32,
        result: CallResult,
        tenth: u64,
        thread: usize,
        matters: impl Fn(Tally) -> bool,
    ) -> Option<Tally> {
        let (tag, own) = (tag(generation, tenth), &self.calls[thread % SHARDS].0);
        // This order ensures that no thread reads more failures than calls.
        own.of(tenth).add(tag);
        if result.has_failed {
            self.failures.of(tenth).add(tag);
        }
        if result.was_slow {
            self.slow.of(tenth).add(tag);
        }
        if !result.is_good() {
            let latest = |found| (!is_later(found, tag)).then_some(tag | 1);
            // An error means that a later call has written its tag.
            let _ = self.wrong.fetch_update(Ordering::AcqRel, Ordering::Acquire, latest);
        }
        // Of two calls that are counted at the same time, at least one has to see both.
        fence(Ordering::SeqCst);
        if !self.has_gone_wrong(tag) {
            return None;
        }
        let window = tags(generation, tenth);
        let (failures, slow) = (self.failures.sum(&window), self.slow.sum(&window));
        let tally = |calls| Tally { calls, failures, slow };
        matters(tally(own.sum(&window))).then(|| tally(self.sum_of_calls(&window)))
    }

    /// Returns the tally of the calls of `generation` in the window that ends with `tenth`; without a generation, of the
    /// last one in which a call failed or was slow.
    pub(super) fn tally_of(&self, generation: Option<u32>, tenth: u64) -> Tally {
        let last = || (self.wrong.load(Ordering::Acquire) >> 52) as u32;
        let window = tags(generation.unwrap_or_else(last), tenth);
        // In this order no more failures are read than calls.
        let (failures, slow) = (self.failures.sum(&window), self.slow.sum(&window));
        Tally { calls: self.sum_of_calls(&window), failures, slow }
    }

    fn sum_of_calls(&self, window: &Tags) -> u64 {
        self.calls.iter().map(|shard| shard.0.sum(window)).sum()
    }

    /// Returns whether a call in the window that ends with `tag` failed or was slow, or may have.
    fn has_gone_wrong(&self, tag: u64) -> bool {
        let wrong = self.wrong.load(Ordering::Acquire);
        let (generations, tenths) = ahead(wrong, tag);
        wrong != 0 && generations == 0 && OVER < tenths && tenths <= 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: CallResult = CallResult { has_failed: false, was_slow: false };
    const FAILED: CallResult = CallResult { has_failed: true, was_slow: false };

    /// Every tally matters.
    const ALL: fn(Tally) -> bool = |_| true;

    /// Returns how many of three failures a window counts after it was used in `before`, a generation and a
    /// tenth.
    fn counted(before: Option<(u32, u64)>, (generation, tenth): (u32, u64)) -> u64 {
        let periods = Periods::new();
        if let Some((generation, tenth)) = before {
            for tenth in tenth..tenth + TENTHS {
                periods.add(generation, FAILED, tenth, 0, ALL);
            }
        }
        let tallies = (0..3).map(|_| periods.add(generation, FAILED, tenth, 0, ALL));
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
            periods.add(5, FAILED, 107, 0, ALL);
        }
        // The calls are of an earlier generation, or of an earlier tenth with the same index.
        for (generation, tenth) in [(4, 107), (4, 97), (5, 97), (3, 7)] {
            periods.add(generation, FAILED, tenth, 0, ALL);
        }
        assert_eq!(periods.add(5, FAILED, 107, 0, ALL).map(|tally| tally.failures), Some(3));
    }

    #[test]
    fn calls_of_all_shards_are_counted() {
        let periods = Periods::new();
        for shard in 0..SHARDS {
            for tenth in 7..7 + TENTHS {
                periods.add(5, GOOD, tenth, shard, ALL);
            }
        }
        let calls = TENTHS * SHARDS as u64 + 1;
        let tally = periods.add(5, FAILED, 6 + TENTHS, 1, ALL);
        assert_eq!(tally, Some(Tally { calls, failures: 1, slow: 0 }));
        // The first tenth leaves the window.
        let tally = periods.add(5, GOOD, 7 + TENTHS, 0, ALL);
        assert_eq!(tally, Some(Tally { calls: calls - SHARDS as u64 + 1, failures: 1, slow: 0 }));
    }

    #[test]
    fn a_tally_of_its_own_shard_decides_whether_all_calls_matter() {
        let periods = Periods::new();
        periods.add(5, GOOD, 6, 1, ALL);
        let own = Tally { calls: 2, failures: 1, slow: 0 };
        periods.add(5, GOOD, 7, 0, ALL);
        assert_eq!(periods.add(5, FAILED, 7, 0, |tally| tally != own), None);
        let all = Tally { calls: 4, failures: 1, slow: 0 };
        let own = Tally { calls: 3, failures: 1, slow: 0 };
        assert_eq!(periods.add(5, GOOD, 8, 0, |tally| tally == own), Some(all));
    }
}
