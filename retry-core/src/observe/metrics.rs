//! Records events as metrics, through the crate `metrics` and the recorder that the process has installed.

use std::sync::Once;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use metrics::gauge;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram};

#[cfg(feature = "fleet")]
use super::event::FleetEvent;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
#[cfg(feature = "fleet")]
use super::fleet_metrics::fleet_away;
use super::observer::Observer;
use super::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};

const RETRIES: &str = "reattempt_retries_total";
const RECOVERED: &str = "reattempt_recovered_total";
const GAVE_UP: &str = "reattempt_gave_up_total";
const DELAY: &str = "reattempt_delay_seconds";
const HEDGES_STARTED: &str = "reattempt_hedges_started_total";
const HEDGES_WON: &str = "reattempt_hedges_won_total";
const CIRCUIT_STATE: &str = "reattempt_circuit_state";
const CIRCUIT_CHANGES: &str = "reattempt_circuit_changes_total";
const CIRCUIT_REFUSED: &str = "reattempt_circuit_refused_total";
const BUDGET_BALANCE: &str = "reattempt_budget_balance";
const BUDGET_WITHDRAWN: &str = "reattempt_budget_withdrawn_total";
const BUDGET_REFUSED: &str = "reattempt_budget_refused_total";
const THROTTLED: &str = "reattempt_throttled_total";
const THROTTLE_PROBABILITY: &str = "reattempt_throttle_probability";

/// An observer that records metrics. Labels have few values by construction: operation names as written in
/// the source, reasons, states, and the names of breakers, budgets and throttles. Errors are not used as labels.
///
/// A counter that starts at 1 does not increase in the view of Prometheus. So the first event of a kind, which is usually
/// earlier, also creates the counter of the event that matters, at 0.
pub(super) struct Metrics;

impl Observer for Metrics {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        describe();
        counter!(RETRIES, "operation" => event.label()).increment(1);
        histogram!(DELAY, "operation" => event.label()).record(event.delay());
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        counter!(RECOVERED, "operation" => event.label()).increment(1);
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        describe();
        counter!(GAVE_UP, "operation" => event.label(), "reason" => event.reason().as_str()).increment(1);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        describe();
        let (from, to) = (event.from().as_str(), event.to().as_str());
        gauge!(CIRCUIT_STATE, "breaker" => event.breaker().to_owned(), "state" => from).set(0);
        gauge!(CIRCUIT_STATE, "breaker" => event.breaker().to_owned(), "state" => to).set(1);
        counter!(CIRCUIT_CHANGES, "breaker" => event.breaker().to_owned(), "to" => to).increment(1);
        counter!(CIRCUIT_REFUSED, "breaker" => event.breaker().to_owned()).increment(0);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_refused(&self, event: &CircuitRefusalEvent<'_>) {
        describe();
        counter!(CIRCUIT_REFUSED, "breaker" => event.breaker().to_owned()).increment(1);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_withdrawn(&self, event: &BudgetEvent<'_>) {
        budget(event, 1, 0);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_refused(&self, event: &BudgetEvent<'_>) {
        budget(event, 0, 1);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn throttled(&self, event: &ThrottleEvent<'_>) {
        describe();
        counter!(THROTTLED, "throttle" => event.throttle().to_owned()).increment(1);
        gauge!(THROTTLE_PROBABILITY, "throttle" => event.throttle().to_owned()).set(event.probability());
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_started(&self, event: &HedgeEvent<'_>) {
        describe();
        counter!(HEDGES_STARTED, "operation" => event.label()).increment(1);
        counter!(HEDGES_WON, "operation" => event.label()).increment(0);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_won(&self, event: &HedgeEvent<'_>) {
        counter!(HEDGES_WON, "operation" => event.label()).increment(1);
    }

    // The next answer of the store sets the gauge to 0 again: see `fleet_request`.
    #[cfg(feature = "fleet")]
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        fleet_away(event.fleet(), true);
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
fn budget(event: &BudgetEvent<'_>, withdrawn: u64, refused: u64) {
    describe();
    counter!(BUDGET_WITHDRAWN, "budget" => event.budget().to_owned()).increment(withdrawn);
    counter!(BUDGET_REFUSED, "budget" => event.budget().to_owned()).increment(refused);
    gauge!(BUDGET_BALANCE, "budget" => event.budget().to_owned()).set(event.balance() as f64);
}

/// Describes the metrics once, to the recorder that is installed at the first event. A recovery need not
/// describe them, because the call has failed before, and neither need a copy that wins, because it has started.
fn describe() {
    static DESCRIBED: Once = Once::new();
    DESCRIBED.call_once(|| {
        describe_counter!(RETRIES, Unit::Count, "Attempts that failed and were followed by another.");
        describe_counter!(RECOVERED, Unit::Count, "Calls that succeeded after a retry.");
        describe_counter!(GAVE_UP, Unit::Count, "Calls that ended without success, by reason.");
        describe_histogram!(DELAY, Unit::Seconds, "Waits before retries.");
        describe_counter!(HEDGES_STARTED, Unit::Count, "Copies that started beside an attempt.");
        describe_counter!(HEDGES_WON, Unit::Count, "Copies that answered first.");
        describe_gauge!(
            CIRCUIT_STATE,
            "1 for the state of the circuit breaker, 0 for a state that it has left."
        );
        describe_counter!(
            CIRCUIT_CHANGES,
            Unit::Count,
            "Changes of a circuit breaker's state, by the new state."
        );
        describe_counter!(CIRCUIT_REFUSED, Unit::Count, "Calls and retries that a circuit breaker refused.");
        describe_gauge!(BUDGET_BALANCE, "Tokens of a retry budget, at the last retry.");
        describe_counter!(BUDGET_WITHDRAWN, Unit::Count, "Retries that a retry budget paid for.");
        describe_counter!(BUDGET_REFUSED, Unit::Count, "Retries that a retry budget refused.");
        describe_counter!(THROTTLED, Unit::Count, "Calls and retries that a throttle refused.");
        describe_gauge!(THROTTLE_PROBABILITY, "Probability of a refusal by a throttle, at the last refusal.");
    });
}
