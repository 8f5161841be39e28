//! The functions that receive the changes of one breaker.

use core::fmt::{self, Debug, Formatter};
use std::boxed::Box;
use std::panic::AssertUnwindSafe;

use super::circuit_breaker::CircuitBreaker;
use crate::observe::CircuitEvent;

/// The functions that receive the changes of one breaker.
pub(super) struct Listeners {
    function: Option<fn(&CircuitEvent<'_>)>,
    /// A breaker can be used after a panic, whatever the closure captures: the breaker itself stays consistent.
    closure: Option<AssertUnwindSafe<Box<Closure>>>,
}

type Closure = dyn Fn(&CircuitEvent<'_>) + Send + Sync;

impl Listeners {
    pub(super) const NONE: Listeners = Listeners { function: None, closure: None };

    /// Passes an event to each function.
    pub(super) fn receive(&self, event: &CircuitEvent<'_>) {
        if let Some(function) = self.function {
            function(event);
        }
        if let Some(closure) = &self.closure {
            (closure.0)(event);
        }
    }
}

impl Debug for Listeners {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners")
            .field("function", &self.function.is_some())
            .field("closure", &self.closure.is_some())
            .finish()
    }
}

/// Listeners, which receive each change of the circuit's state.
impl CircuitBreaker {
    /// Calls `listener` after each change of this breaker's state, after the [`Observer`](crate::Observer) of the process.
    ///
    /// The events arrive in the order of the changes, on the thread of a call that caused one of them. No lock is held, so
    /// the listener may use the breaker; the event of a change that it causes follows when it has returned. A panic in it
    /// is a panic of that call, and later events still arrive.
    ///
    /// A second listener replaces the first one. A closure that captures is set by
    /// [`on_change_with`](Self::on_change_with).
    ///
    /// ```
    /// use retry_core::CircuitBreaker;
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new()
    ///     .name("search")
    ///     .on_change(|event| eprintln!("{}: from {} to {}", event.breaker(), event.from(), event.to()));
    ///
    /// SEARCH.force_open();
    /// ```
    #[must_use]
    pub const fn on_change(mut self, listener: fn(&CircuitEvent<'_>)) -> CircuitBreaker {
        self.listeners.function = Some(listener);
        self
    }

    /// Calls a closure after each change of this breaker's state, like [`on_change`](Self::on_change), whose function is
    /// called before it.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use retry_core::{CircuitBreaker, CircuitState};
    ///
    /// let (sender, changes) = mpsc::channel();
    /// let breaker = CircuitBreaker::new().on_change_with(move |event| sender.send(event.to()).unwrap());
    ///
    /// breaker.force_open();
    /// assert_eq!(changes.recv(), Ok(CircuitState::ForcedOpen));
    /// ```
    #[must_use]
    pub fn on_change_with(
        mut self,
        listener: impl Fn(&CircuitEvent<'_>) + Send + Sync + 'static,
    ) -> CircuitBreaker {
        self.listeners.closure = Some(AssertUnwindSafe(Box::new(listener)));
        self
    }
}
