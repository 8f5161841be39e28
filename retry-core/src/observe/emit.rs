//! Emits each event to the log, the metrics and the observer.

use core::fmt::Display;
use core::time::Duration;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
#[cfg(feature = "fleet")]
use super::event::FleetEvent;
use super::event::{AnyGiveUpEvent, AnyRetryEvent, Facts, RecoveryEvent};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
#[cfg(feature = "tracing")]
use super::log;
#[cfg(feature = "metrics")]
use super::metrics;
use super::observer::{self, Observer};
use crate::decision::GiveUpReason;

pub(crate) fn retry(facts: &Facts<'_>, delay: Duration, error: &dyn Display) {
    let event = AnyRetryEvent { facts, delay, error };
    deliver(|listener| listener.retry_scheduled(&event));
}

pub(crate) fn recovered(facts: &Facts<'_>) {
    let event = RecoveryEvent { facts };
    deliver(|listener| listener.recovered(&event));
}

pub(crate) fn give_up(facts: &Facts<'_>, reason: GiveUpReason, error: &dyn Display) {
    let event = AnyGiveUpEvent { facts, reason, error };
    deliver(|listener| listener.gave_up(&event));
}

/// Returns whether any receiver may want events.
#[inline]
pub(crate) fn is_watched() -> bool {
    is_recorded() || observer::current().is_some()
}

/// Returns whether the log or the metrics may want events.
#[inline]
pub(crate) fn is_recorded() -> bool {
    #[cfg(feature = "tracing")]
    if log::is_on() {
        return true;
    }
    cfg!(feature = "metrics")
}

/// Defines a function for each event that its caller has built. The caller asks [`is_watched`] first where the facts of
/// the event cost something.
macro_rules! emit {
    ($($(#[$attribute:meta])* $method:ident: $event:ident;)*) => {
        $($(#[$attribute])*
        #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
        pub(crate) fn $method(event: &$event<'_>) {
            deliver(|listener| listener.$method(event));
        })*
    };
}

emit! {
    hedge_started: HedgeEvent;
    hedge_won: HedgeEvent;
    circuit_changed: CircuitEvent;
    circuit_refused: CircuitRefusalEvent;
    budget_withdrawn: BudgetEvent;
    budget_refused: BudgetEvent;
    throttled: ThrottleEvent;
    #[cfg(feature = "fleet")]
    fleet_lost: FleetEvent;
    #[cfg(feature = "fleet")]
    fleet_found: FleetEvent;
}

/// Passes an event to each receiver. The log comes first, so that the event is logged even if the user's
/// observer panics.
fn deliver(deliver: impl Fn(&dyn Observer)) {
    #[cfg(feature = "tracing")]
    deliver(&log::Log);
    #[cfg(feature = "metrics")]
    deliver(&metrics::Metrics);
    if let Some(observer) = observer::current() {
        deliver(observer);
    }
}

/// Logs that an environment variable has an invalid value, which is ignored. The caller ensures that this is
/// logged once.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
pub(crate) fn refused_setting(variable: &str, value: &str, allowed: &dyn Display) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "reattempt", variable, value, "ignored; write {allowed}");
}
