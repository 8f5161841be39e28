//! Marks each thread with the trials that run on it.
//!
//! A call inside an attempt that is a trial, such as a method that calls another method with the same
//! breaker, belongs to that trial: the call is let through, and only the outcome of the trial counts.
//! Otherwise the half-open circuit would refuse the call, the trial would fail with the refusal, and the
//! circuit would open again forever.
//!
//! Only a trial marks the thread, and only while it runs or is polled. So a closed circuit has no cost, and a
//! trial that moves between threads marks the thread on which it runs.

use core::cell::RefCell;
use core::marker::PhantomData;
use std::vec::Vec;

std::thread_local! {
    static RUNNING: RefCell<Vec<Key>> = const { RefCell::new(Vec::new()) };
}

/// The key of a trial: the address of its breaker, which no other breaker has while the trial borrows it, and
/// the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    breaker: usize,
    generation: u32,
}

/// Marks this thread with a trial until the value is dropped, including by a panic.
#[derive(Debug)]
pub struct Running {
    key: Key,
    this_thread: PhantomData<*const ()>,
}

impl Running {
    #[cold]
    #[inline(never)]
    pub(super) fn enter(breaker: usize, generation: u32) -> Running {
        let key = Key { breaker, generation };
        // In the destructor of another thread-local, this one may be gone. Nested calls of the breaker are then refused,
        // and a trial that returns such a refusal fails.
        let _ = RUNNING.try_with(|running| running.borrow_mut().push(key));
        Running { key, this_thread: PhantomData }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The destructor of another thread-local may run this after `RUNNING` is gone.
        let _ = RUNNING.try_with(|running| {
            let mut running = running.borrow_mut();
            if let Some(at) = running.iter().rposition(|key| *key == self.key) {
                running.remove(at);
            }
        });
    }
}

/// Returns whether a trial of this breaker and generation runs on this thread.
pub(super) fn runs_here(breaker: usize, generation: u32) -> bool {
    let key = Key { breaker, generation };
    RUNNING.try_with(|running| running.borrow().contains(&key)).unwrap_or(false)
}
