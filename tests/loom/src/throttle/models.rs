//! A window of requests counts every request, and none in a later tenth than its own.

use super::window::{Tally, Window};
use crate::explore;

/// Every tally matters.
const ALL: fn(Tally) -> bool = |_| true;

fn tally(window: &Window, tenth: u64) -> Option<Tally> {
    window.tally(tenth, 0, ALL)
}

/// Returns a window that counts a request of each kind in tenth 5.
fn used() -> Window {
    let window = Window::new();
    window.add_accepted(5, 0);
    window.add_other(5);
    window
}

/// Requests of either kind are counted at once, in one shard and in two.
pub fn every_request_is_counted() {
    fn accept(window: &Window, thread: usize) {
        window.add_accepted(5, thread);
    }
    type Request = fn(&Window);
    let threads: [&[Request]; 3] = [
        &[|window| accept(window, 0), |window| accept(window, 0), |window| window.add_other(5)],
        &[|window| accept(window, 0), |window| accept(window, 1), |window| window.add_other(5)],
        &[|window| accept(window, 0), |window| window.add_other(5), |window| window.add_other(5)],
    ];
    for (threads, accepts) in threads.into_iter().zip([2, 2, 1]) {
        explore(Window::new, threads, move |window, _| {
            assert_eq!(tally(window, 5), Some(Tally { requests: 3, accepts }));
        });
    }
}

/// Ten tenths later, the counters of tenth 5 are those of tenth 15. Two threads begin it.
pub fn every_request_of_a_new_tenth_is_counted() {
    fn count_both(window: &Window) {
        window.add_other(15);
        window.add_accepted(15, 0);
    }
    explore(used, &[count_both, count_both], |window, _| {
        assert_eq!(tally(window, 15), Some(Tally { requests: 4, accepts: 2 }));
    });
}

/// A request of an old tenth is counted late, while a request of the new tenth is counted.
pub fn a_late_request_does_not_count_in_a_new_tenth() {
    fn late(window: &Window) {
        window.add_accepted(5, 0);
        window.add_other(5);
    }
    fn now(window: &Window) {
        window.add_accepted(15, 0);
        window.add_other(15);
    }
    explore(used, &[late, now], |window, _| {
        assert_eq!(tally(window, 15), Some(Tally { requests: 2, accepts: 1 }));
    });
}

/// A thread removes the record of an old rejection while another thread records a new one.
pub fn a_rejection_is_not_forgotten_with_an_older_one() {
    fn accept(window: &Window) {
        window.add_accepted(15, 0);
    }
    fn look(window: &Window) {
        let _ = tally(window, 15);
    }
    type Step = fn(&Window);
    let threads: [&[Step]; 2] =
        [&[accept, |window| window.add_other(15)], &[look, accept, |window| window.add_other(15)]];
    for threads in threads {
        explore(used, threads, |window, _| {
            assert!(!window.is_clean());
            assert_eq!(tally(window, 15), Some(Tally { requests: 2, accepts: 1 }));
        });
    }
}

/// A request that does not read the clock is counted in the latest tenth that its thread has seen, or reports that it is
/// not counted. It is never counted in a tenth that begins meanwhile.
pub fn an_accept_without_the_clock_is_counted_in_its_tenth_or_not_at_all() {
    /// Returns whether an accept was counted in tenth 5.
    fn add_without_the_clock(window: &Window) -> bool {
        window.add_accepted_above(1, 5, 0)
    }
    fn begin_the_next(window: &Window) -> bool {
        window.add_accepted(15, 0);
        false
    }
    fn clean() -> Window {
        let window = Window::new();
        window.add_accepted(5, 0);
        window
    }
    explore(clean, &[add_without_the_clock, begin_the_next], |window, _| {
        window.add_other(15);
        assert_eq!(tally(window, 15), Some(Tally { requests: 2, accepts: 1 }));
    });
    explore(clean, &[add_without_the_clock, add_without_the_clock], |window, counted| {
        window.add_other(5);
        let accepts = 1 + counted.into_iter().filter(|is_counted| *is_counted).count() as u64;
        assert_eq!(tally(window, 5), Some(Tally { requests: accepts + 1, accepts }));
    });
}
