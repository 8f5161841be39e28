//! The numbers of threads, which distribute their writes over the shards of shared state.

use std::sync::atomic::{AtomicUsize, Ordering};

std::thread_local! {
    static NUMBER: usize = next_number();
}

/// Returns the number of this thread. Threads that start one after the other have consecutive numbers.
#[inline]
pub(crate) fn number() -> usize {
    NUMBER.with(|number| *number)
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
