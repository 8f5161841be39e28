//! A window of the calls of the last period of time, counted by tenths.
//!
//! **Threads whose calls succeed do not share a cache line.** All calls are counted, so their counters are sharded.
//! Failed and slow calls are rare and have one counter.
//!
//! **Few tallies read all shards.** The calls of its own shard are usually enough for a thread to rule out that
//! the rates are reached. Two threads take 62 ns for a call in a window with failures, and 280 ns if each of
//! them always reads the shard of the other.

use crate::breaker::window::tally::{CallResult, Tally};
use crate::runtime::counters::{Counters, Latest, Moment, ShardedCounters};
use crate::runtime::sync::{Ordering, fence};

/// A window of time. See the module's documentation.
#[derive(Debug)]
pub(super) struct Periods {
    calls: ShardedCounters,
    failures: Counters,
    slow: Counters,
    /// The last call that failed or was slow. Without such a call, no tally is needed.
    wrong: Latest,
}

impl Periods {
    pub(super) const fn new() -> Periods {
        Periods {
            calls: ShardedCounters::new(),
            failures: Counters::new(),
            slow: Counters::new(),
            wrong: Latest::new(),
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
        let (now, own) = (Moment::new(generation, tenth), self.calls.of(thread));
        // This order ensures that no thread reads more failures than calls.
        own.add(now);
        if result.has_failed {
            self.failures.add(now);
        }
        if result.was_slow {
            self.slow.add(now);
        }
        if !result.is_good() {
            self.wrong.record(now);
        }
        // Of two calls that are counted at the same time, at least one has to see both.
        fence(Ordering::SeqCst);
        if !self.wrong.is_in_window(now) {
            return None;
        }
        let window = now.window();
        let (failures, slow) = (self.failures.sum(&window), self.slow.sum(&window));
        let tally = |calls| Tally { calls, failures, slow };
        matters(tally(own.sum(&window))).then(|| tally(self.calls.sum(&window)))
    }

    /// Returns the tally of the calls of `generation` in the window that ends with `tenth`; without a generation, of the
    /// last one in which a call failed or was slow.
    pub(super) fn tally_of(&self, generation: Option<u32>, tenth: u64) -> Tally {
        let window = Moment::new(generation.unwrap_or_else(|| self.wrong.generation()), tenth).window();
        // In this order no more failures are read than calls.
        let (failures, slow) = (self.failures.sum(&window), self.slow.sum(&window));
        Tally { calls: self.calls.sum(&window), failures, slow }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::counters::SHARDS;
    use crate::runtime::tenths::TENTHS;

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
