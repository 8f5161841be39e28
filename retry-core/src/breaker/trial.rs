//! The trials that run on this thread.
//!
//! A call inside an attempt that is a trial, such as a method that calls another method with the same breaker, belongs to
//! that trial: it is let through on it, and its outcome is left to the trial. Otherwise the trial would wait for a call
//! that the half-open circuit refuses, fail with the refusal, and open the circuit again for ever.
//!
//! Only a trial notes itself, and only while it runs or is polled: a closed circuit pays nothing for this, and a trial
//! that moves between threads is noted where it is.

use core::cell::RefCell;
use core::marker::PhantomData;
use std::vec::Vec;

std::thread_local! {
    static RUNNING: RefCell<Vec<Key>> = const { RefCell::new(Vec::new()) };
}

/// A trial: its breaker's address, which no other breaker has while the trial borrows it, and the generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    breaker: usize,
    generation: u32,
}

/// Notes a trial on this thread until it is dropped, also by a panic.
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
        RUNNING.with_borrow_mut(|running| running.push(key));
        Running { key, this_thread: PhantomData }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A destructor of another thread-local may come here when this one is gone.
        let _ = RUNNING.try_with(|running| {
            let mut running = running.borrow_mut();
            if let Some(at) = running.iter().rposition(|key| *key == self.key) {
                running.remove(at);
            }
        });
    }
}

/// Returns whether a trial of this generation runs here.
pub(super) fn runs_here(breaker: usize, generation: u32) -> bool {
    let key = Key { breaker, generation };
    RUNNING.try_with(|running| running.borrow().contains(&key)).unwrap_or(false)
}
