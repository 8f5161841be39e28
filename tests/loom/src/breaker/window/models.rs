//! A window counts every call, and no call of an earlier generation.

use super::calls::Calls;
use super::time::Periods;
use super::{CallResult, Tally};
use crate::explore;

const GOOD: CallResult = CallResult { has_failed: false, was_slow: false };
const FAILED: CallResult = CallResult { has_failed: true, was_slow: false };

/// Every tally matters.
const ALL: fn(Tally) -> bool = |_| true;

/// The circuit has left the generation of a call for which the window asks.
const IS_LATE: fn() -> bool = || false;

/// Two calls at once fill a window of two, in any order.
pub fn calls_are_all_counted() {
    fn fail(calls: &Calls) -> Option<Tally> {
        calls.add(0, FAILED, IS_LATE)
    }
    explore(
        || Calls::new(2),
        &[fail, fail],
        |_, tallies| {
            let last = tallies.into_iter().flatten().max_by_key(|tally| tally.calls);
            assert_eq!(last, Some(Tally { calls: 2, failures: 2, slow: 0 }));
        },
    );
}

/// Two calls at once are counted in a window of time. A success may complete the tally of a failure.
pub fn calls_are_all_counted_in_time() {
    fn fail(periods: &Periods) -> Option<Tally> {
        periods.add(0, FAILED, 0, 0, ALL)
    }
    fn succeed(periods: &Periods) -> Option<Tally> {
        periods.add(0, GOOD, 0, 0, ALL)
    }
    explore(Periods::new, &[fail, succeed], |_, tallies| {
        let last = tallies.into_iter().flatten().max_by_key(|tally| tally.calls);
        assert_eq!(last, Some(Tally { calls: 2, failures: 1, slow: 0 }));
    });
}

/// Three calls at once are counted in two shards of a window of time.
pub fn calls_are_all_counted_in_shards() {
    fn fail(periods: &Periods) -> Option<Tally> {
        periods.add(0, FAILED, 0, 0, ALL)
    }
    fn succeed(periods: &Periods, thread: usize) -> Option<Tally> {
        periods.add(0, GOOD, 0, thread, ALL)
    }
    explore(
        Periods::new,
        &[fail, |periods| succeed(periods, 0), |periods| succeed(periods, 1)],
        |_, tallies| {
            let last = tallies.into_iter().flatten().max_by_key(|tally| tally.calls);
            assert_eq!(last, Some(Tally { calls: 3, failures: 1, slow: 0 }));
        },
    );
}

/// Three calls in a window of two: the third call replaces the first, even if the first is written late.
pub fn a_late_writer_spoils_no_later_call() {
    fn fail(calls: &Calls) -> Option<Tally> {
        calls.add(0, FAILED, IS_LATE)
    }
    fn succeed_twice(calls: &Calls) -> Option<Tally> {
        calls.add(0, GOOD, IS_LATE);
        calls.add(0, GOOD, IS_LATE)
    }
    explore(
        || Calls::new(2),
        &[fail, succeed_twice],
        |calls, _| {
            // After two more calls, the failure is no longer in the window, whatever the order was.
            calls.add(0, GOOD, IS_LATE);
            calls.add(0, GOOD, IS_LATE);
            assert_eq!(calls.add(0, GOOD, IS_LATE), None, "all in the window is good");
            assert_eq!(calls.add(0, FAILED, IS_LATE), Some(Tally { calls: 2, failures: 1, slow: 0 }));
        },
    );
}

/// A call of the earlier generation ends while calls of the new generation are counted.
pub fn calls_of_an_earlier_generation_do_not_count() {
    fn late(calls: &Calls) -> Option<Tally> {
        calls.add(1, FAILED, IS_LATE)
    }
    fn now(calls: &Calls) -> Option<Tally> {
        calls.add(2, FAILED, IS_LATE);
        calls.add(2, GOOD, IS_LATE)
    }
    explore(
        || Calls::new(4),
        &[late, now],
        |calls, tallies| {
            assert_eq!(tallies[1], Some(Tally { calls: 2, failures: 1, slow: 0 }));
            assert_eq!(calls.add(2, GOOD, IS_LATE), Some(Tally { calls: 3, failures: 1, slow: 0 }));
        },
    );
}

/// A call of the earlier generation ends in the same tenth of a window of time, in the same shard or another.
pub fn calls_of_an_earlier_generation_do_not_count_in_time() {
    fn late(periods: &Periods) -> Option<Tally> {
        periods.add(1, FAILED, 0, 0, ALL)
    }
    fn now(periods: &Periods) -> Option<Tally> {
        periods.add(2, FAILED, 0, 0, ALL)
    }
    fn now_in_another_shard(periods: &Periods) -> Option<Tally> {
        periods.add(2, FAILED, 0, 1, ALL)
    }
    type Call = fn(&Periods) -> Option<Tally>;
    let threads: [&[Call]; 2] = [&[late, now], &[late, now_in_another_shard]];
    for threads in threads {
        explore(Periods::new, threads, |periods, tallies| {
            assert_eq!(tallies[1], Some(Tally { calls: 1, failures: 1, slow: 0 }));
            assert_eq!(periods.add(2, GOOD, 0, 0, ALL), Some(Tally { calls: 2, failures: 1, slow: 0 }));
        });
    }
}

/// Whoever reads a window while a call is counted reads all of the call or nothing of it.
pub fn a_reader_finds_no_half_of_a_call() {
    const ONE: Tally = Tally { calls: 1, failures: 1, slow: 0 };
    fn fail(calls: &Calls) -> Tally {
        calls.add(0, FAILED, IS_LATE).unwrap_or_default()
    }
    fn read(calls: &Calls) -> Tally {
        calls.tally_of(Some(0))
    }
    explore(
        || Calls::new(2),
        &[fail, read],
        |calls, tallies| {
            assert!([Tally::default(), ONE].contains(&tallies[1]), "{tallies:?}");
            assert_eq!(calls.tally_of(None), ONE);
        },
    );
}

/// Whoever reads a window of time while a call is counted never reads more failures than calls.
pub fn a_reader_finds_no_more_failures_than_calls() {
    fn fail(periods: &Periods) -> Tally {
        periods.add(0, FAILED, 0, 0, ALL).unwrap_or_default()
    }
    fn read(periods: &Periods) -> Tally {
        periods.tally_of(Some(0), 0)
    }
    explore(Periods::new, &[fail, fail, read], |periods, tallies| {
        assert!(tallies[2].failures <= tallies[2].calls, "{tallies:?}");
        assert_eq!(periods.tally_of(None, 0), Tally { calls: 2, failures: 2, slow: 0 });
    });
}
