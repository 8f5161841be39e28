//! Counters over a window of time, which forget by tenths of the window.
//!
//! Each counter is one word that also contains the generation and the tenth that it counts. A new tenth
//! begins when a call finds the counter of another tenth and replaces it. So nothing has to be cleared,
//! however long the window was idle, and a call that was delayed finds a later counter and leaves it
//! unchanged.
//!
//! **Threads that count often do not share a cache line.** Their counters are divided into shards, and a thread
//! counts in its own. Two threads that count at the same time take 43 ns for a call with a shard each, and 130 ns
//! with a common one.

use super::sync::{AtomicU64, Ordering};
use super::tenths::TENTHS;

/// The difference to the current tenth at which a tenth is no longer in the window. It is negative, because
/// the tenth is in the past.
const OVER: i64 = -10;

/// The number of shards. More of them make a sum slower.
pub(crate) const SHARDS: usize = 4;

/// The counters of the last tenths, each at the index of its number modulo their count.
#[derive(Debug)]
pub(crate) struct Counters([Counter; TENTHS as usize]);

/// Counters for each of several groups of threads, in cache lines of their own.
#[derive(Debug)]
pub(crate) struct ShardedCounters([Shard; SHARDS]);

#[derive(Debug)]
#[repr(align(64))]
struct Shard(Counters);

/// A counter. From the low end: the count (28 bits), the tenth (24), the generation (12); 0 before the first
/// call.
#[derive(Debug)]
struct Counter(AtomicU64);

const COUNT: u64 = (1 << 28) - 1;

/// The moment at which a call counts: a generation, and a tenth in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    tenth: u64,
    /// The tag of the counters: generation and tenth, above the count.
    tag: u64,
}

impl Moment {
    pub(crate) const fn new(generation: u32, tenth: u64) -> Moment {
        Moment { tenth, tag: tag(generation, tenth) }
    }

    /// Returns the window that ends with this moment.
    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of tenths")]
    pub(crate) fn window(self) -> Window {
        /// The tag of no counter, because its low bits are not 0.
        const NONE: u64 = u64::MAX;
        let mut tags = [NONE; TENTHS as usize];
        for tenth in self.tenth.saturating_sub(TENTHS - 1)..=self.tenth {
            tags[(tenth % TENTHS) as usize] = self.tag & GENERATION | tag(0, tenth);
        }
        Window(tags)
    }
}

/// The tags of the counters in a window, in the order of [`Counters`].
#[derive(Debug)]
pub(crate) struct Window([u64; TENTHS as usize]);

/// Returns the tag of a counter.
const fn tag(generation: u32, tenth: u64) -> u64 {
    ((generation & 0xFFF) as u64) << 52 | (tenth & 0xFF_FFFF) << 28
}

/// The bits of a generation in a tag.
const GENERATION: u64 = 0xFFF << 52;

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
    pub(crate) const fn new() -> Counters {
        Counters([const { Counter::new() }; TENTHS as usize])
    }

    /// Adds one at `now`, unless the counter is later.
    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of tenths")]
    pub(crate) fn add(&self, now: Moment) {
        self.0[(now.tenth % TENTHS) as usize].add(now.tag);
    }

    /// Adds one at `now` if the count is at least `least`, and returns whether it did. Another thread may prevent it.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of tenths")]
    pub(crate) fn add_if_above(&self, least: u64, now: Moment) -> bool {
        self.0[(now.tenth % TENTHS) as usize].add_if_above(least, now.tag)
    }

    /// Returns the sum of the counts in a window.
    pub(crate) fn sum(&self, window: &Window) -> u64 {
        self.0.iter().zip(&window.0).map(|(counter, tag)| counter.count(*tag)).sum()
    }
}

impl ShardedCounters {
    pub(crate) const fn new() -> ShardedCounters {
        ShardedCounters([const { Shard(Counters::new()) }; SHARDS])
    }

    /// Returns the counters of a thread.
    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of shards")]
    pub(crate) fn of(&self, thread: usize) -> &Counters {
        &self.0[thread % SHARDS].0
    }

    /// Returns the sum of the counts of all threads in a window.
    pub(crate) fn sum(&self, window: &Window) -> u64 {
        self.0.iter().map(|shard| shard.0.sum(window)).sum()
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

    /// Adds one if the count of `tag` is at least `least`, and returns whether it did.
    #[inline]
    fn add_if_above(&self, least: u64, tag: u64) -> bool {
        let found = self.0.load(Ordering::Acquire);
        let is_above = found & !COUNT == tag && found & COUNT >= least;
        is_above && replace(&self.0, found, found.saturating_add(1).min(tag | COUNT))
    }

    fn count(&self, tag: u64) -> u64 {
        let found = self.0.load(Ordering::Acquire);
        if found & !COUNT == tag { found & COUNT } else { 0 }
    }
}

/// Replaces `old` by `new` and returns whether `cell` held `old`.
#[inline]
fn replace(cell: &AtomicU64, old: u64, new: u64) -> bool {
    cell.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

/// The latest moment of some event. Without one in the window, nothing has to be summed.
#[derive(Debug)]
pub(crate) struct Latest(AtomicU64);

impl Latest {
    pub(crate) const fn new() -> Latest {
        Latest(AtomicU64::new(0))
    }

    /// Records the event at `now`, unless a later one is recorded.
    pub(crate) fn record(&self, now: Moment) {
        let latest = |found| (!is_later(found, now.tag)).then_some(now.tag | 1);
        // An error means that a later event is recorded.
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, latest);
    }

    /// Returns the generation of the event, as far as a [`Moment`] distinguishes generations.
    #[allow(dead_code, reason = "only the rates of a breaker ask for it, which need `std`")]
    pub(crate) fn generation(&self) -> u32 {
        (self.0.load(Ordering::Acquire) >> 52) as u32
    }

    /// Returns whether no event is recorded.
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }

    /// Removes the record of an event that is no longer in the window that ends with `now`.
    pub(crate) fn forget_if_over(&self, now: Moment) {
        let found = self.0.load(Ordering::Acquire);
        if found != 0 && !is_later(found, now.tag) && !self.is_in_window(now) {
            // Otherwise another event has been recorded, or the record is removed already.
            replace(&self.0, found, 0);
        }
    }

    /// Returns whether the event is in the window that ends with `now`, or may be.
    pub(crate) fn is_in_window(&self, now: Moment) -> bool {
        let found = self.0.load(Ordering::Acquire);
        let (generations, tenths) = ahead(found, now.tag);
        found != 0 && generations == 0 && OVER < tenths && tenths <= 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_counter_of_a_moment_ago_is_later() {
        // The generation and the tenth of a counter, and whether it is later than tenth 5,000 of generation 7.
        for (generation, tenth, expected) in [
            (7, 5000, false),
            (7, 5001, true),
            (7, 4999, false),
            (7, 5000 + 1023, true),
            (7, 5000 + 1024, false),
            (8, 5000, true),
            (8, 5000 - 9, true),
            (8, 5000 - 10, false),
            (8, 5000 + 1023, true),
            (8, 5000 + 1024, false),
            (6, 5001, false),
        ] {
            let found = tag(generation, tenth) | 1;
            assert_eq!(is_later(found, tag(7, 5000)), expected, "{tenth} of {generation}");
        }
        assert!(!is_later(0, tag(4095, 0xFF_FFFF)), "there was no call");
    }

    #[test]
    fn both_numbers_of_a_counter_wrap() {
        let last = tag(0xFFF, 0xFF_FFFF);
        assert!(is_later(tag(0x1000, 0xFF_FFFF) | 1, last));
        assert!(is_later(tag(0xFFF, 0x100_0000) | 1, last));
        assert!(!is_later(last | 1, tag(0x1000, 0xFF_FFFF)));
    }

    #[test]
    fn the_latest_event_has_a_generation_and_is_in_the_window_of_that_generation_alone() {
        let latest = Latest::new();
        assert!(!latest.is_in_window(Moment::new(0, 0)), "there is none");
        latest.record(Moment::new(7, 50));
        assert_eq!(latest.generation(), 7);
        for (generation, tenth, expected) in
            [(7, 50, true), (7, 59, true), (7, 60, false), (7, 49, false), (6, 50, false), (8, 50, false)]
        {
            assert_eq!(latest.is_in_window(Moment::new(generation, tenth)), expected, "{generation} {tenth}");
        }
    }
}
