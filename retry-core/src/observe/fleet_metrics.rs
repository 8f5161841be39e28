//! Records the figures of fleets as metrics. A fleet has many small facts that are no events: its requests and their answers.

use core::time::Duration;
use std::sync::Once;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const AWAY: &str = "reattempt_fleet_away";
const ANSWER: &str = "reattempt_fleet_answer_seconds";
const REQUESTS: &str = "reattempt_fleet_requests_total";
const UNANSWERED: &str = "reattempt_fleet_unanswered_total";
const CIRCUIT_STATE: &str = "reattempt_fleet_circuit_state";
const PROCESSES: &str = "reattempt_fleet_processes";
const LEASES_ASKED: &str = "reattempt_fleet_leases_asked_total";
const LEASES_GRANTED: &str = "reattempt_fleet_leases_granted_total";
const TOKENS: &str = "reattempt_fleet_tokens_total";

/// Records whether the store of a fleet is away.
pub(crate) fn fleet_away(fleet: &str, is_away: bool) {
    describe();
    gauge!(AWAY, "fleet" => fleet.to_owned()).set(f64::from(u8::from(is_away)));
}

/// Records a request to the store, and how long the answer took, unless there was none.
pub(crate) fn fleet_request(fleet: &str, request: &'static str, took: Option<Duration>) {
    describe();
    counter!(REQUESTS, "fleet" => fleet.to_owned(), "request" => request).increment(1);
    counter!(UNANSWERED, "fleet" => fleet.to_owned()).increment(u64::from(took.is_none()));
    if let Some(took) = took {
        histogram!(ANSWER, "fleet" => fleet.to_owned()).record(took);
        fleet_away(fleet, false);
    }
}

/// Records the state of a circuit in the store, the current one with 1, and the number of processes that take part.
pub(crate) fn fleet_circuit(fleet: &str, breaker: &str, states: [(&'static str, bool); 4], processes: u32) {
    for (state, is_current) in states {
        let value = f64::from(u8::from(is_current));
        gauge!(CIRCUIT_STATE, "fleet" => fleet.to_owned(), "breaker" => breaker.to_owned(), "state" => state)
            .set(value);
    }
    gauge!(PROCESSES, "fleet" => fleet.to_owned(), "breaker" => breaker.to_owned()).set(f64::from(processes));
}

/// Records the answer to a request for a lease.
pub(crate) fn fleet_lease(fleet: &str, breaker: &str, is_granted: bool) {
    counter!(LEASES_ASKED, "fleet" => fleet.to_owned(), "breaker" => breaker.to_owned()).increment(1);
    counter!(LEASES_GRANTED, "fleet" => fleet.to_owned(), "breaker" => breaker.to_owned())
        .increment(u64::from(is_granted));
}

/// Records the tokens that a budget got.
pub(crate) fn fleet_tokens(fleet: &str, budget: &str, tokens: u32) {
    counter!(TOKENS, "fleet" => fleet.to_owned(), "budget" => budget.to_owned()).increment(tokens.into());
}

/// Describes the metrics once, to the recorder that is installed at the first request.
fn describe() {
    static DESCRIBED: Once = Once::new();
    DESCRIBED.call_once(|| {
        describe_gauge!(AWAY, "1 while the store of the fleet is away for this process, 0 otherwise.");
        describe_histogram!(ANSWER, Unit::Seconds, "Times in which the store of the fleet answered.");
        describe_counter!(REQUESTS, Unit::Count, "Requests to the store of the fleet, by kind.");
        describe_counter!(
            UNANSWERED,
            Unit::Count,
            "Requests that the store has refused or not answered in time."
        );
        describe_gauge!(
            CIRCUIT_STATE,
            "1 for the state of the fleet's circuit at the last answer, 0 for the other states."
        );
        describe_gauge!(PROCESSES, "Processes that share the circuit, at the last answer.");
        describe_counter!(LEASES_ASKED, Unit::Count, "Answers of the store to requests for a lease.");
        describe_counter!(LEASES_GRANTED, Unit::Count, "Leases that the store has granted.");
        describe_counter!(TOKENS, Unit::Count, "Tokens that the fleet has granted to the budget.");
    });
}
