//! When a thread looks at a whole budget.

use std::cell::Cell;

/// One in so many deposits looks at the whole budget. The number is prime, so that a thread that uses several
/// budgets in turn looks at each of them.
const EVERY: u32 = 31;

std::thread_local! {
    static UNTIL_NEXT: Cell<u32> = const { Cell::new(0) };
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
