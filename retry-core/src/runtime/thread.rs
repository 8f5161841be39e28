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
pub(crate) fn is_due() -> bool {
    UNTIL_NEXT.with(count_down) || installed::has_test_context()
}

/// Returns whether the number of uses until the next look is 0, and counts this use.
#[inline]
fn count_down(left: &Cell<u32>) -> bool {
    let uses = left.get();
    left.set(uses.checked_sub(1).unwrap_or(EVERY - 1));
    uses == 0
}

fn next_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{count_down, number};

    #[test]
    fn the_first_use_of_a_thread_and_every_31st_after_it_look_at_the_whole() {
        let left = Cell::new(0);
        let due: Vec<u32> = (0..100).filter(|_| count_down(&left)).collect();
        assert_eq!(due, [0, 31, 62, 93]);
    }

    #[test]
    fn threads_that_start_one_after_the_other_have_different_numbers() {
        let numbers: Vec<usize> =
            (0..20).map(|_| std::thread::spawn(number).join().expect("no panic")).collect();
        assert!(numbers.is_sorted_by(|earlier, later| earlier < later), "{numbers:?}");
        assert_eq!(number(), number());
    }
}
