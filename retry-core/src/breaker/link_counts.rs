//! The calls that a breaker counts for its fleet, by sums that only grow.

use super::window::CallResult;
use crate::runtime::sync::{AtomicU64, Ordering};
use crate::runtime::thread;

/// The calls of a breaker since it has joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkCounts {
    pub(crate) good: u64,
    pub(crate) bad: u64,
    pub(crate) slow: u64,
}

/// The counters. Threads that count often do not share a cache line.
#[derive(Debug, Default)]
pub(super) struct CallCounters([Shard; SHARDS]);

/// The counters of some threads, in a cache line of their own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Shard {
    good: AtomicU64,
    bad: AtomicU64,
    slow: AtomicU64,
}

const SHARDS: usize = 4;

impl CallCounters {
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "a remainder of the number of shards")]
    pub(super) fn add(&self, result: CallResult) {
        let shard = &self.0[thread::number() % SHARDS];
        let counter = if result.has_failed { &shard.bad } else { &shard.good };
        counter.fetch_add(1, Ordering::Relaxed);
        if result.was_slow {
            shard.slow.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn sum(&self) -> LinkCounts {
        let sum = |part: fn(&Shard) -> &AtomicU64| {
            self.0.iter().map(|shard| part(shard).load(Ordering::Relaxed)).sum()
        };
        LinkCounts {
            good: sum(|shard| &shard.good),
            bad: sum(|shard| &shard.bad),
            slow: sum(|shard| &shard.slow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_of_any_number_of_threads_are_counted() {
        let counters = CallCounters::default();
        let results = [(false, false), (false, true), (true, false), (true, true)];
        std::thread::scope(|scope| {
            for number in 0..5 * SHARDS {
                let (has_failed, was_slow) = results[number % results.len()];
                let counters = &counters;
                scope.spawn(move || counters.add(CallResult { has_failed, was_slow }));
            }
        });
        assert_eq!(counters.sum(), LinkCounts { good: 10, bad: 10, slow: 10 });
    }
}
