//! The numbers of threads, which distribute their calls over the shards of a window.

use std::sync::atomic::{AtomicUsize, Ordering};

std::thread_local! {
    static NUMBER: usize = next_number();
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
