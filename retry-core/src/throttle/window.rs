//! The requests of the last period of time, by tenths.
//!
//! **Threads whose requests are accepted do not share a cache line.** Each accept is counted, in a shard of its thread.
//! Requests that were rejected or refused are rare while all is well, and have one counter.
//!
//! **One load is enough while nothing is rejected.** The last request that was not accepted is recorded. Once it has left
//! the window, the next request removes the record. Without a record, nothing can be refused, and neither the clock nor a
//! counter is read.
//!
//! **Most of the other requests sum one shard.** If the accepts of its own shard are enough to rule out a refusal, a
//! thread does not read the shards of others.

use crate::runtime::counters::{Counters, Latest, Moment, ShardedCounters};

/// The requests of a period of time. See the module's documentation.
#[derive(Debug)]
pub(super) struct Window {
    accepted: ShardedCounters,
    /// The requests that the server rejected or the throttle refused.
    others: Counters,
    last_other: Latest,
}

/// The number of requests, and of those that the server accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) requests: u64,
    pub(super) accepts: u64,
}

impl Window {
    pub(super) const fn new() -> Window {
        Window { accepted: ShardedCounters::new(), others: Counters::new(), last_other: Latest::new() }
    }

    /// Returns whether all requests in the window were accepted, whenever it is read.
    #[inline]
    pub(super) fn is_clean(&self) -> bool {
        self.last_other.is_none()
    }

    /// Counts a request of a thread that was accepted.
    #[inline]
    pub(super) fn add_accepted(&self, tenth: u64, thread: usize) {
        let now = Moment::new(0, tenth);
        self.accepted.of(thread).add(now);
        if !self.is_clean() {
            self.last_other.forget_if_over(now);
        }
    }

    /// Counts a request that was accepted, if all requests in the window were and its shard already counts at least
    /// `least` accepts in `tenth`. Returns whether it was counted.
    #[inline]
    pub(super) fn add_accepted_above(&self, least: u64, tenth: u64, thread: usize) -> bool {
        self.is_clean() && self.accepted.of(thread).add_if_above(least, Moment::new(0, tenth))
    }

    /// Counts a request that was rejected or refused.
    pub(super) fn add_other(&self, tenth: u64) {
        let now = Moment::new(0, tenth);
        self.others.add(now);
        self.last_other.record(now);
    }

    /// Returns the tally of the window that ends with `tenth`, or `None` if all its requests were accepted, or if
    /// `matters` returns `false` for a tally with fewer accepts: those of one shard.
    pub(super) fn tally(&self, tenth: u64, thread: usize, matters: impl Fn(Tally) -> bool) -> Option<Tally> {
        let now = Moment::new(0, tenth);
        self.last_other.forget_if_over(now);
        if !self.last_other.is_in_window(now) {
            return None;
        }
        let window = now.window();
        // Accepts are read after the others, so that a sum is not made of new rejections and old accepts.
        let others = self.others.sum(&window);
        let tally = |accepts| Tally { requests: others.saturating_add(accepts), accepts };
        let own = tally(self.accepted.of(thread).sum(&window));
        matters(own).then(|| tally(self.accepted.sum(&window)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tally matters.
    const ALL: fn(Tally) -> bool = |_| true;

    const fn tally(requests: u64, accepts: u64) -> Tally {
        Tally { requests, accepts }
    }

    #[test]
    fn a_window_counts_requests_until_their_tenth_is_over() {
        let window = Window::new();
        for tenth in 20..30 {
            window.add_accepted(tenth, 0);
            window.add_other(tenth);
        }
        for (tenth, both) in [(29, 10), (30, 9), (35, 4), (38, 1)] {
            assert_eq!(window.tally(tenth, 0, ALL), Some(tally(2 * both, both)), "{tenth}");
        }
        assert_eq!(window.tally(39, 0, ALL), None);
    }

    #[test]
    fn a_window_is_clean_until_a_request_is_rejected_and_after_the_request_has_left_it() {
        for ends_by_accept in [true, false] {
            let window = Window::new();
            window.add_accepted(0, 0);
            assert!(window.is_clean());
            window.add_other(3);
            for tenth in 0..13 {
                window.add_accepted(tenth, 0);
                assert!(!window.is_clean(), "{tenth}");
            }
            if ends_by_accept {
                window.add_accepted(13, 0);
            } else {
                assert_eq!(window.tally(13, 0, ALL), None);
            }
            assert!(window.is_clean());
        }
    }

    #[test]
    fn a_call_that_was_delayed_does_not_clean_the_window() {
        let window = Window::new();
        window.add_other(100);
        window.add_accepted(99, 0);
        assert_eq!(window.tally(99, 0, ALL), None, "the rejection came later");
        assert!(!window.is_clean());
        assert_eq!(window.tally(100, 0, ALL), Some(tally(2, 1)));
    }

    #[test]
    fn a_rejection_of_any_time_ago_leaves_the_window() {
        for bit in 4..64 {
            let window = Window::new();
            window.add_other(7);
            window.add_accepted(7 + (1 << bit), 0);
            // The number of a tenth has 24 bits, so this one is taken for that of the rejection.
            assert_eq!(window.is_clean(), bit < 24, "2^{bit} tenths later");
        }
    }

    #[test]
    fn the_accepts_of_one_shard_decide_whether_all_matter() {
        let window = Window::new();
        (0..8).for_each(|thread| window.add_accepted(5, thread));
        window.add_other(5);
        assert_eq!(window.tally(5, 1, |own| own != tally(3, 2)), None);
        assert_eq!(window.tally(5, 1, |own| own == tally(3, 2)), Some(tally(9, 8)));
    }

    #[test]
    fn an_accept_is_added_to_enough_others_while_the_window_is_clean() {
        let window = Window::new();
        window.add_accepted(5, 0);
        assert!(!window.add_accepted_above(2, 5, 0), "one is missing");
        window.add_accepted(5, 0);
        assert!(window.add_accepted_above(2, 5, 0));
        assert!(!window.add_accepted_above(2, 6, 0), "the next tenth has none yet");
        assert!(!window.add_accepted_above(2, 5, 1), "the other shard has none");
        window.add_other(5);
        assert!(!window.add_accepted_above(2, 5, 0), "the window is not clean");
        assert_eq!(window.tally(5, 0, ALL), Some(tally(4, 3)));
    }
}
