//! Emits an event for each change of a circuit's state, in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::listeners::Listeners;
use super::state::{Change, GENERATIONS};
use crate::observe::{self, CircuitEvent};

/// Changes of state whose events are not yet emitted.
///
/// Threads change the circuit without a lock, so a thread may bring the second change before another thread
/// brings the first. Changes are numbered without a gap, and each change waits until the events of all
/// earlier changes are emitted. A thread that finds changes to emit does so outside the lock, so that an
/// observer may use the breaker.
#[derive(Debug)]
pub(super) struct TransitionQueue(Mutex<Queue>);

#[derive(Debug)]
struct Queue {
    waiting: BTreeMap<u32, Change>,
    /// The generation whose start is emitted next.
    next: u32,
    is_delivering: bool,
}

impl TransitionQueue {
    pub(super) const fn new() -> TransitionQueue {
        TransitionQueue(Mutex::new(Queue { waiting: BTreeMap::new(), next: 1, is_delivering: false }))
    }

    /// Locks the queue, even after a panic: every step under the lock leaves the queue consistent.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Emits the event of `change`, and of the later changes that have waited for it: to the observers, then to the
    /// listeners of the breaker.
    #[cold]
    pub(super) fn emit(&self, name: &str, listeners: &Listeners, change: Change) {
        let mut queue = self.queue();
        queue.waiting.insert(change.generation, change);
        if queue.is_delivering {
            return;
        }
        queue.is_delivering = true;
        drop(queue);
        let mut delivery = Delivery { queue: self, is_over: false };
        while let Some(change) = delivery.next() {
            if change.from != change.to {
                let Change { from, to, .. } = change;
                let event = CircuitEvent { breaker: name, from, to };
                observe::circuit_changed(&event);
                listeners.receive(&event);
            }
        }
    }
}

/// A guard held by the thread that emits events. A panic of an observer releases it, too.
struct Delivery<'a> {
    queue: &'a TransitionQueue,
    /// Whether another thread may deliver.
    is_over: bool,
}

impl Delivery<'_> {
    /// Returns the next change in order. `None` releases the guard, so another thread may emit later changes.
    fn next(&mut self) -> Option<Change> {
        let mut queue = self.queue.queue();
        let next = queue.next;
        let change = queue.waiting.remove(&next);
        match change {
            Some(_) => queue.next = next.wrapping_add(1) % GENERATIONS,
            None => {
                queue.is_delivering = false;
                self.is_over = true;
            }
        }
        change
    }
}

impl Drop for Delivery<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.queue.queue().is_delivering = false;
        }
    }
}
