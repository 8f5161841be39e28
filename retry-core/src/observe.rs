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

mod emit;
mod event;
#[cfg(feature = "tracing")]
mod log;
#[cfg(feature = "metrics")]
mod metrics;
mod observer;
mod stats;

#[cfg(target_has_atomic = "64")]
pub use event::CircuitChanged;
pub use event::{GaveUp, Recovered, RetryScheduled};
pub use observer::{Observer, SetObserverError, set_observer};
pub use stats::{ErrorCount, OperationStats, Stats, StatsSnapshot};

#[cfg(target_has_atomic = "64")]
pub(crate) use emit::circuit_changed;
pub(crate) use emit::{give_up, is_recorded, is_watched, recovered, refused_setting, retry};
pub(crate) use event::Facts;
