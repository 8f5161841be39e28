//! The functions that receive the changes of one breaker.

use core::fmt::{self, Debug, Formatter};
use std::boxed::Box;
use std::panic::AssertUnwindSafe;

use crate::observe::CircuitEvent;

/// The functions that receive the changes of one breaker.
pub(super) struct Listeners {
    pub(super) function: Option<fn(&CircuitEvent<'_>)>,
    /// A breaker can be used after a panic, whatever the closure captures: the breaker itself stays consistent.
    closure: Option<AssertUnwindSafe<Box<Closure>>>,
}

type Closure = dyn Fn(&CircuitEvent<'_>) + Send + Sync;

impl Listeners {
    pub(super) const NONE: Listeners = Listeners { function: None, closure: None };

    /// Sets the closure.
    pub(super) fn set_closure(&mut self, closure: impl Fn(&CircuitEvent<'_>) + Send + Sync + 'static) {
        self.closure = Some(AssertUnwindSafe(Box::new(closure)));
    }

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
