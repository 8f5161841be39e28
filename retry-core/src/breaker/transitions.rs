//! Who is told of a change of state, and in which order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::state::{Change, GENERATIONS};
use crate::observe::{self, CircuitChanged};

/// Changes that happened and were not told yet.
///
/// Threads change the circuit without a lock, so one may come here with the second change before the other does with
/// the first. Changes are numbered without a gap: each waits until all before it have been told. Whoever finds changes
/// to tell tells them, outside the lock, so that an observer may use the breaker that it is told of.
#[derive(Debug)]
pub(super) struct TransitionQueue(Mutex<Queue>);

#[derive(Debug)]
struct Queue {
    waiting: BTreeMap<u32, Change>,
    /// The generation whose start is to be told next.
    next: u32,
    is_delivering: bool,
}

impl TransitionQueue {
    pub(super) const fn new() -> TransitionQueue {
        TransitionQueue(Mutex::new(Queue { waiting: BTreeMap::new(), next: 1, is_delivering: false }))
    }

    /// Every step under the lock leaves the queue whole.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of `change`, and of what has waited for it.
    #[cold]
    pub(super) fn emit(&self, name: &str, change: Change) {
        let mut queue = self.queue();
        queue.waiting.insert(change.generation, change);
        if queue.is_delivering {
            return;
        }
        queue.is_delivering = true;
        drop(queue);
        let delivery = Delivery(self);
        while let Some(change) = delivery.next() {
            if change.from != change.to {
                let Change { from, to, .. } = change;
                observe::circuit_changed(&CircuitChanged { breaker: name, from, to });
            }
        }
    }
}

/// The right to tell; given back also if an observer panics.
struct Delivery<'a>(&'a TransitionQueue);

impl Delivery<'_> {
    /// The next change in order. With `None`, somebody else may tell what comes.
    fn next(&self) -> Option<Change> {
        let mut queue = self.0.queue();
        let next = queue.next;
        let change = queue.waiting.remove(&next);
        match change {
            Some(_) => queue.next = (next + 1) % GENERATIONS,
            None => queue.is_delivering = false,
        }
        change
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.queue().is_delivering = false;
        }
    }
}
