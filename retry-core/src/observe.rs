//! Events: each retry, recovery and give-up of a call, and what breakers, budgets, throttles and hedges do.
//!
//! A call that succeeds on the first attempt emits no events, unless that attempt was hedged. Each event goes to the log (feature `tracing`),
//! to the metrics (feature `metrics`) and to the [`Observer`] that the process has set, for example
//! [`Stats`]. All of them receive the same event. The hooks of a function receive the same facts, with the
//! error itself instead of its text.
//!
//! ```
//! # let _guard = retry_core::testing::no_wait();
//! use retry_core::observe::{AnyGiveUpEvent, Observer, Stats};
//! use retry_core::{Policy, set_observer};
//!
//! struct Alerts;
//!
//! impl Observer for Alerts {
//!     fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
//!         println!("{} gave up: {}, {}", event.operation(), event.reason(), event.error());
//!     }
//! }
//!
//! static STATS: Stats = Stats::new();
//!
//! set_observer((Alerts, &STATS)).expect("`main` sets the only observer");
//! let call = || Policy::new().retry(|| Err::<(), _>("disk full")).name("backup").log_errors().run();
//! assert!(call().is_err());
//! assert_eq!(STATS.snapshot().operations[0].retries, 2);
//! println!("{STATS}");
//! ```

mod emit;
mod event;
#[cfg(all(feature = "fleet", feature = "metrics"))]
mod fleet_metrics;
#[cfg(test)]
#[cfg(feature = "tracing")]
pub(crate) mod listener;
#[cfg(feature = "tracing")]
mod log;
pub(crate) mod log_rules;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(not(feature = "tracing"))]
mod no_spans;
mod observer;
#[cfg(feature = "tracing")]
mod spans;
mod stats;

#[cfg(feature = "fleet")]
pub use event::FleetEvent;
pub use event::{AnyGiveUpEvent, AnyRetryEvent, Facts, RecoveryEvent};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
pub use log_rules::LogLevel;
#[cfg(not(feature = "tracing"))]
pub(crate) use no_spans::{Entered, InSpan, Span};
pub use observer::{Observer, SetObserverError, set_observer};
#[cfg(feature = "tracing")]
pub(crate) use spans::{Entered, InSpan, Span};
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use stats::FleetStats;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use stats::{BreakerStats, BudgetStats, ThrottleStats};
pub use stats::{ErrorCount, OperationStats, Stats, StatsSnapshot};

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) use emit::{
    budget_refused, budget_withdrawn, circuit_changed, circuit_refused, hedge_started, hedge_won, throttled,
};
#[cfg(feature = "fleet")]
pub(crate) use emit::{fleet_found, fleet_lost};
pub(crate) use emit::{give_up, is_recorded, is_watched, recovered, refused_setting, retry};
#[cfg(all(feature = "fleet", feature = "metrics"))]
pub(crate) use fleet_metrics::{fleet_circuit, fleet_lease, fleet_request, fleet_tokens};
pub(crate) use log_rules::LogRules;
