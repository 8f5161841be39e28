//! What one sees of a call: an event for each retry, recovery and give-up, none for a success at the first attempt.
//! And of what calls share: an event for each change of a circuit breaker's state.
//!
//! Each event has one set of facts, and every listener gets that same one: the log (feature `tracing`), the metrics
//! (feature `metrics`), and then the [`Observer`] that the process has set, which may be [`Stats`]. The hooks of a
//! function are told the same facts, with the error itself in the place of its text.
//!
//! ```
//! # let _guard = retry_core::testing::no_wait();
//! use retry_core::observe::{GaveUp, Observer, Stats};
//! use retry_core::{Policy, set_observer};
//!
//! struct Pager;
//!
//! impl Observer for Pager {
//!     fn gave_up(&self, event: &GaveUp<'_>) {
//!         println!("{} gave up: {}, {}", event.operation(), event.reason(), event.error());
//!     }
//! }
//!
//! static STATS: Stats = Stats::new();
//!
//! set_observer((Pager, &STATS)).expect("it is set once, in `main`");
//! let call = || Policy::new().name("backup").log_errors().run(|| Err::<(), _>("disk full"));
//! assert!(call().is_err());
//! assert_eq!(STATS.snapshot().operations[0].retries, 2);
//! println!("{STATS}");
//! ```

mod event;
#[cfg(feature = "tracing")]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod observer;
mod stats;

use core::fmt::Display;
use core::time::Duration;

#[cfg(target_has_atomic = "64")]
pub use event::CircuitChanged;
pub(crate) use event::Facts;
pub use event::{GaveUp, Recovered, RetryScheduled};
pub use observer::{Observer, ObserverIsSet, set_observer};
pub use stats::{ErrorCount, OperationStats, Stats, StatsSnapshot};

use crate::decision::GiveUpReason;

pub(crate) fn retry(facts: &Facts<'_>, delay: Duration, error: &dyn Display) {
    let event = RetryScheduled { facts, delay, error };
    tell(|listener| listener.retry_scheduled(&event));
}

pub(crate) fn recovered(facts: &Facts<'_>) {
    let event = Recovered { facts };
    tell(|listener| listener.recovered(&event));
}

pub(crate) fn give_up(facts: &Facts<'_>, reason: GiveUpReason, error: &dyn Display) {
    let event = GaveUp { facts, reason, error };
    tell(|listener| listener.gave_up(&event));
}

/// Whether there may be anybody to tell.
#[inline]
pub(crate) fn is_watched() -> bool {
    is_recorded() || observer::current().is_some()
}

/// Whether the log or the metrics may want any of it.
#[inline]
pub(crate) fn is_recorded() -> bool {
    #[cfg(feature = "tracing")]
    if log::is_on() {
        return true;
    }
    cfg!(feature = "metrics")
}

#[cfg(target_has_atomic = "64")]
pub(crate) fn circuit_changed(event: &CircuitChanged<'_>) {
    tell(|listener| listener.circuit_changed(event));
}

/// Tells every listener: the log first, so that it has the event whatever a user's observer does.
fn tell(tell: impl Fn(&dyn Observer)) {
    #[cfg(feature = "tracing")]
    tell(&log::Log);
    #[cfg(feature = "metrics")]
    tell(&metrics::Metrics);
    if let Some(observer) = observer::current() {
        tell(observer);
    }
}

/// An environment variable that says nothing usable. Told once, whoever asks for it.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is nobody to tell"))]
pub(crate) fn refused_setting(variable: &str, value: &str, allowed: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "reattempt", variable, value, "ignored; write {allowed}");
}
