//! The numbers of threads, which distribute their writes over the shards of shared state, and when a thread looks at the
//! whole of it.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::installed;

/// One in so many uses looks at the whole. The number is prime, so that a thread that uses several values in turn looks
/// at each of them.
const EVERY: u32 = 31;

std::thread_local! {
    static NUMBER: usize = next_number();
    static UNTIL_NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Returns the number of this thread. Threads that start one after the other have consecutive numbers.
#[inline]
pub(crate) fn number() -> usize {
    NUMBER.with(|number| *number)
}

/// Returns whether this use of shared state looks at the whole of it. In a test context every use looks, so that results
/// do not depend on the thread of the test.
#[inline]
#[expect(clippy::arithmetic_side_effects, reason = "`left` is above 0 where 1 is subtracted")]
pub(crate) fn is_due() -> bool {
    let is_due = UNTIL_NEXT.with(|left| {
        let is_due = left.get() == 0;
        left.set(if is_due { EVERY - 1 } else { left.get() - 1 });
        is_due
    });
    is_due || installed::has_test_context()
}

fn next_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn threads_that_start_one_after_the_other_have_different_numbers() {
        let numbers: Vec<usize> =
            (0..20).map(|_| std::thread::spawn(number).join().expect("no panic")).collect();
        assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
        assert_eq!(number(), number());
    }
}
