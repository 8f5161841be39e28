//! The state that each thread has of its own: when it looks at a whole budget, and the shard that it adds to.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One in so many deposits looks at the whole budget. The number is prime, so that a thread that uses several
/// budgets in turn looks at each of them.
const EVERY: u32 = 31;

std::thread_local! {
    static UNTIL_NEXT: Cell<u32> = const { Cell::new(0) };
    static NUMBER: usize = next_number();
}

/// Returns whether the next deposit of this thread looks at the whole budget.
#[inline]
pub(super) fn is_due() -> bool {
    UNTIL_NEXT.with(|left| {
        let is_due = left.get() == 0;
        left.set(if is_due { EVERY - 1 } else { left.get() - 1 });
        is_due
    })
}

/// Returns the number of this thread. Threads that start one after the other have consecutive numbers.
#[inline]
pub(super) fn number() -> usize {
    NUMBER.with(|number| *number)
}

fn next_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
