//! The functions that receive the changes of one breaker.

use core::fmt::{self, Debug, Formatter};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::observe::CircuitEvent;

/// The functions that receive the changes of one breaker.
pub(super) struct Listeners {
    pub(super) function: Option<fn(&CircuitEvent<'_>)>,
    /// A breaker can be used after a panic, whatever the closure captures: the breaker itself stays consistent.
    closure: Option<AssertUnwindSafe<Arc<Closure>>>,
}

type Closure = dyn Fn(&CircuitEvent<'_>) + Send + Sync;

impl Listeners {
    pub(super) const NONE: Listeners = Listeners { function: None, closure: None };

    /// Sets the closure.
    pub(super) fn set_closure(&mut self, closure: impl Fn(&CircuitEvent<'_>) + Send + Sync + 'static) {
        self.closure = Some(AssertUnwindSafe(Arc::new(closure)));
    }

    /// Returns listeners with the same functions.
    #[cfg(feature = "fleet")]
    pub(super) fn again(&self) -> Listeners {
        let closure = self.closure.as_ref().map(|closure| AssertUnwindSafe(Arc::clone(&closure.0)));
        Listeners { function: self.function, closure }
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

#[cfg(test)]
mod tests {
    use super::super::circuit_breaker::CircuitBreaker;

    #[test]
    fn a_breaker_shows_which_functions_receive_its_changes() {
        let shown = |breaker: CircuitBreaker| format!("{:?}", breaker.listeners);
        let breaker = CircuitBreaker::new;
        assert_eq!(shown(breaker()), "Listeners { function: false, closure: false }");
        assert_eq!(shown(breaker().on_change(|_| {})), "Listeners { function: true, closure: false }");
        assert_eq!(shown(breaker().on_change_with(|_| {})), "Listeners { function: false, closure: true }");
    }
}
