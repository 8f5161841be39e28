//! Writes events to the log, through `tracing`.

use core::time::Duration;

use tracing::level_filters::LevelFilter;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
#[cfg(feature = "fleet")]
use super::event::FleetEvent;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
use super::log_rules::LogLevel;
use super::observer::Observer;
use super::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};

pub(super) struct Log;

/// Returns whether any subscriber may want any of the events.
#[inline]
pub(super) fn is_on() -> bool {
    LevelFilter::current() >= LevelFilter::ERROR
}

/// Writes an event with its level, its own fields and its message. The other fields are common to all events. The level
/// of an event in `tracing` is a constant, so there is one for each level.
macro_rules! event {
    ($event:ident, { $($own:tt)* }, $sentence:literal) => {
        match $event.facts.level {
            LogLevel::Off => {}
            LogLevel::Trace => event!(@ trace, $event, { $($own)* }, $sentence),
            LogLevel::Debug => event!(@ debug, $event, { $($own)* }, $sentence),
            LogLevel::Info => event!(@ info, $event, { $($own)* }, $sentence),
            LogLevel::Warn => event!(@ warn, $event, { $($own)* }, $sentence),
            LogLevel::Error => event!(@ error, $event, { $($own)* }, $sentence),
        }
    };
    (@ $level:ident, $event:ident, { $($own:tt)* }, $sentence:literal) => {
        tracing::$level!(
            target: "reattempt",
            operation = %$event.operation(),
            attempt = $event.attempt(),
            max_attempts = $event.max_attempts(),
            $($own)*
            elapsed_ms = in_millis($event.elapsed()),
            $sentence
        )
    };
}

/// Writes the event of a copy, at `debug` or the lower level of its function.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
macro_rules! hedge {
    ($event:ident, $sentence:literal) => {
        match $event.level {
            LogLevel::Off => {}
            LogLevel::Trace => hedge!(@ trace, $event, $sentence),
            _ => hedge!(@ debug, $event, $sentence),
        }
    };
    (@ $level:ident, $event:ident, $sentence:literal) => {
        tracing::$level!(
            target: "reattempt",
            operation = %$event.operation(),
            attempt = $event.attempt(),
            copy = $event.copy(),
            delay_ms = in_millis($event.delay()),
            $sentence
        )
    };
}

impl Observer for Log {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        let delay_ms = in_millis(event.delay());
        event!(event, { delay_ms, error = %event.error(), }, "attempt failed, will retry");
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        event!(event, {}, "succeeded after a retry");
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        if event.attempt() == 0 {
            event!(event, { error = %event.error(), reason = %event.reason().as_str(), }, "refused, giving up");
        } else {
            event!(event, { error = %event.error(), reason = %event.reason().as_str(), }, "attempt failed, giving up");
        }
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        tracing::warn!(
            target: "reattempt",
            breaker = event.breaker(),
            from = %event.from(),
            to = %event.to(),
            "circuit breaker changed its state"
        );
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_refused(&self, event: &CircuitRefusalEvent<'_>) {
        let retry_in = event.retry_in();
        tracing::debug!(
            target: "reattempt",
            breaker = event.breaker(),
            state = %event.state(),
            retry_in_ms = (retry_in < Duration::MAX).then(|| in_millis(retry_in)),
            "circuit breaker refused a call"
        );
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_withdrawn(&self, event: &BudgetEvent<'_>) {
        let (budget, balance) = (event.budget(), event.balance());
        tracing::trace!(target: "reattempt", budget, balance, "retry budget paid for a retry");
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_refused(&self, event: &BudgetEvent<'_>) {
        let (budget, balance) = (event.budget(), event.balance());
        tracing::debug!(target: "reattempt", budget, balance, "retry budget refused a retry");
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn throttled(&self, event: &ThrottleEvent<'_>) {
        let (throttle, probability) = (event.throttle(), event.probability());
        tracing::debug!(target: "reattempt", throttle, probability, "throttle refused a call");
    }

    #[cfg(feature = "fleet")]
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        let (fleet, store, error) = (event.fleet(), event.store(), event.error());
        tracing::warn!(target: "reattempt", fleet, store, error, "fleet lost its store, own rules apply");
    }

    #[cfg(feature = "fleet")]
    fn fleet_found(&self, event: &FleetEvent<'_>) {
        let (fleet, store) = (event.fleet(), event.store());
        tracing::info!(target: "reattempt", fleet, store, "fleet found its store again");
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_started(&self, event: &HedgeEvent<'_>) {
        hedge!(event, "attempt has not answered, copy started");
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_won(&self, event: &HedgeEvent<'_>) {
        hedge!(event, "copy answered first");
    }
}

pub(super) const fn in_millis(duration: Duration) -> u64 {
    crate::policy::nanos::from_duration(duration) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::listener::Listener;

    #[test]
    fn a_subscriber_turns_the_log_on() {
        let (_listener, _listening) = Listener::listen();
        assert!(is_on());
    }

    #[test]
    #[cfg(feature = "fleet")]
    fn a_fleet_that_loses_its_store_warns_and_a_fleet_that_finds_it_informs() {
        let (listener, _listening) = Listener::listen();
        Log.fleet_lost(&FleetEvent { fleet: "shop", store: "redis", error: Some("refused") });
        Log.fleet_found(&FleetEvent { fleet: "shop", store: "redis", error: None });
        let lost = "WARN message=fleet lost its store, own rules apply fleet=\"shop\" store=\"redis\" error=\"refused\"";
        let found = "INFO message=fleet found its store again fleet=\"shop\" store=\"redis\"";
        assert_eq!(listener.lines(), [lost, found]);
    }
}
