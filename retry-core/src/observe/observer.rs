//! The process's own listener.

use core::fmt;
use std::sync::{Arc, OnceLock};

#[cfg(target_has_atomic = "64")]
use super::event::CircuitChanged;
use super::{GaveUp, Recovered, RetryScheduled};
use crate::runtime::installed::{self, Addition};

/// The events of an observer, each once: whoever stands for another passes on all of them.
macro_rules! observer {
    ($($(#[$doc:meta])* $told:ident: $event:ident;)*) => {
        /// Told of every retry in the process, once [`set_observer`] has named it.
        ///
        /// It is told on the thread of the call and before the call goes on, so what it does should be quick. Of a
        /// call that succeeds at once it is told nothing. A panic in it is a panic of that call. What it retries
        /// itself it is told of too.
        ///
        /// Later versions may have more events. Each does nothing by default.
        pub trait Observer: Send + Sync {
            $($(#[$doc])*
            fn $told(&self, event: &$event<'_>) {
                let _ = event;
            })*
        }

        impl<O: Observer + ?Sized> Observer for &O {
            $($(#[$doc])*
            fn $told(&self, event: &$event<'_>) {
                (**self).$told(event);
            })*
        }

        impl<O: Observer + ?Sized> Observer for Arc<O> {
            $($(#[$doc])*
            fn $told(&self, event: &$event<'_>) {
                (**self).$told(event);
            })*
        }

        /// Two observers, told one after the other; three are `(A, (B, C))`.
        impl<A: Observer, B: Observer> Observer for (A, B) {
            $($(#[$doc])*
            fn $told(&self, event: &$event<'_>) {
                self.0.$told(event);
                self.1.$told(event);
            })*
        }
    };
}

observer! {
    /// An attempt failed and another will follow.
    retry_scheduled: RetryScheduled;
    /// A call succeeded after a retry.
    recovered: Recovered;
    /// A call ended without success.
    gave_up: GaveUp;
    /// A circuit breaker changed its state. The changes of one breaker are told in order.
    #[cfg(target_has_atomic = "64")]
    circuit_changed: CircuitChanged;
}

static OBSERVER: OnceLock<Box<dyn Observer>> = OnceLock::new();

/// Names the observer of the whole process. The first call counts, best in `main`.
///
/// It is told in addition to the log and the metrics. An observer to read from later is handed over by reference to a
/// `static`, or in an [`Arc`]; several at once as a pair.
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
/// If an observer was set before; that one stays.
pub fn set_observer(observer: impl Observer + 'static) -> Result<(), SetObserverError> {
    OBSERVER.set(Box::new(observer)).map_err(|_| SetObserverError)?;
    installed::add(Addition::Observer);
    Ok(())
}

/// The process has an observer already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetObserverError;

impl fmt::Display for SetObserverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an observer was set before")
    }
}

impl core::error::Error for SetObserverError {}

/// The observer, for the price of one atomic load.
pub(super) fn current() -> Option<&'static dyn Observer> {
    OBSERVER.get().map(|observer| &**observer)
}
