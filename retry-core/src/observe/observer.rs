//! The [`Observer`] trait and the observer of the process.

use core::fmt;
use std::sync::{Arc, OnceLock};

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
#[cfg(feature = "fleet")]
use super::event::FleetEvent;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
use super::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};
use crate::runtime::installed::{self, Addition};

/// Defines [`Observer`] and the implementations that forward all of its events, from a single list of events.
macro_rules! observer {
    ($($(#[$doc:meta])* $method:ident: $event:ident;)*) => {
        /// Receives the events of all calls in the process, after [`set_observer`] was called.
        ///
        /// An observer runs on the thread of the call, before the call continues, so it should be quick. A
        /// panic in an observer is a panic of that call. A call that succeeds on the first attempt emits no
        /// events, unless that attempt was hedged. Retries that an observer makes itself emit events too.
        ///
        /// Later versions may add events. Each method does nothing by default.
        pub trait Observer: Send + Sync {
            $($(#[$doc])*
            fn $method(&self, event: &$event<'_>) {
                let _ = event;
            })*
        }

        impl<O: Observer + ?Sized> Observer for &O {
            $($(#[$doc])*
            fn $method(&self, event: &$event<'_>) {
                (**self).$method(event);
            })*
        }

        impl<O: Observer + ?Sized> Observer for Arc<O> {
            $($(#[$doc])*
            fn $method(&self, event: &$event<'_>) {
                (**self).$method(event);
            })*
        }

        impl<O: Observer + ?Sized> Observer for Box<O> {
            $($(#[$doc])*
            fn $method(&self, event: &$event<'_>) {
                (**self).$method(event);
            })*
        }

        /// Passes each event to both observers in order. For three observers, write `(A, (B, C))`.
        impl<A: Observer, B: Observer> Observer for (A, B) {
            $($(#[$doc])*
            fn $method(&self, event: &$event<'_>) {
                self.0.$method(event);
                self.1.$method(event);
            })*
        }
    };
}

observer! {
    /// Receives the event of a failed attempt that will be retried.
    retry_scheduled: AnyRetryEvent;
    /// Receives the event of a call that succeeded after a retry.
    recovered: RecoveryEvent;
    /// Receives the event of a call that ended without success.
    gave_up: AnyGiveUpEvent;
    /// Receives the event of a circuit breaker that changed its state. The events of one breaker arrive in
    /// order.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    circuit_changed: CircuitEvent;
    /// Receives the event of a circuit breaker that refused a call or a retry.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    circuit_refused: CircuitRefusalEvent;
    /// Receives the event of a retry budget that paid for a retry.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    budget_withdrawn: BudgetEvent;
    /// Receives the event of a retry budget that refused a retry.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    budget_refused: BudgetEvent;
    /// Receives the event of a throttle that refused a call or a retry.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    throttled: ThrottleEvent;
    /// Receives the event of a copy that started beside an attempt which had not answered in time.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    hedge_started: HedgeEvent;
    /// Receives the event of a copy that answered first, so that its result is the result of the attempt.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    hedge_won: HedgeEvent;
    /// Receives the event of a fleet whose store is away, so that this process follows its own rules. It is emitted once.
    #[cfg(feature = "fleet")]
    fleet_lost: FleetEvent;
    /// Receives the event of a fleet whose store has answered again.
    #[cfg(feature = "fleet")]
    fleet_found: FleetEvent;
}

static OBSERVER: OnceLock<Box<dyn Observer>> = OnceLock::new();

/// Sets the observer of the process. Only the first call succeeds; make it in `main`.
///
/// The observer receives events in addition to the log and the metrics. To read from the observer later, pass
/// a reference to a `static`, or an [`Arc`]. To set several observers, pass a pair.
///
/// ```
/// use retry_core::observe::Stats;
///
/// static STATS: Stats = Stats::new();
///
/// assert!(retry_core::set_observer(&STATS).is_ok());
/// assert!(retry_core::set_observer(&STATS).is_err(), "it is set once");
/// ```
///
/// # Errors
/// If an observer was set before. The first observer stays.
pub fn set_observer(observer: impl Observer + 'static) -> Result<(), SetObserverError> {
    OBSERVER.set(Box::new(observer)).map_err(|_| SetObserverError)?;
    installed::add(Addition::Observer);
    Ok(())
}

/// The error of [`set_observer`] if the process has an observer already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetObserverError;

impl fmt::Display for SetObserverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an observer was set before")
    }
}

impl core::error::Error for SetObserverError {}

/// Returns the observer of the process. It costs one atomic load.
pub(super) fn current() -> Option<&'static dyn Observer> {
    OBSERVER.get().map(|observer| &**observer)
}
