//! The figures of a fleet, which become metrics: requests, answers, states of circuits, leases and grants.

use tokio::time::Instant;
use tokio::time::error::Elapsed;

use super::circuit::{Action, Phase, View};
use super::record::{Answer, Request};
use super::store::StoreError;
use crate::breaker::CircuitState;
use crate::observe;

/// A request that was sent to the store.
pub(super) struct Asked<'a> {
    fleet: &'a str,
    /// The name of the breaker or the budget.
    name: &'a str,
    request: Request,
    begun: Instant,
}

const STATES: [(Phase, CircuitState); 4] = [
    (Phase::Closed, CircuitState::Closed),
    (Phase::Open, CircuitState::Open),
    (Phase::HalfOpen, CircuitState::HalfOpen),
    (Phase::ForcedOpen, CircuitState::ForcedOpen),
];

impl<'a> Asked<'a> {
    pub(super) fn begin(fleet: &'a str, name: &'a str, request: Request) -> Asked<'a> {
        Asked { fleet, name, request, begun: Instant::now() }
    }

    /// Records the request with its answer.
    pub(super) fn end(self, answer: &Result<Result<Answer, StoreError>, Elapsed>) {
        let Asked { fleet, name, request, begun } = self;
        let Ok(Ok(answer)) = answer else {
            observe::fleet_request(fleet, kind(&request), None);
            return;
        };
        observe::fleet_request(fleet, kind(&request), Some(begun.elapsed()));
        match answer {
            Answer::Circuit(view) => record_view(fleet, name, &request, view),
            Answer::Reserve(grant) => observe::fleet_tokens(fleet, name, grant.tokens),
        }
    }
}

fn record_view(fleet: &str, breaker: &str, request: &Request, view: &View) {
    let states = STATES.map(|(phase, state)| (state.as_str(), phase == view.phase));
    observe::fleet_circuit(fleet, breaker, states, view.live);
    if kind(request) == "lease" {
        observe::fleet_lease(fleet, breaker, view.granted);
    }
}

/// Returns the kind of a request, of which there are few.
fn kind(request: &Request) -> &'static str {
    let Request::Circuit(step) = request else { return "claim" };
    match step.action {
        Action::Look => "look",
        Action::Join => "join",
        Action::Report { .. } => "report",
        Action::Lease { .. } => "lease",
        Action::Outcome { .. } => "outcome",
        Action::Release { .. } => "release",
        Action::Leave => "leave",
        Action::Force { .. } => "force_open",
        Action::Reset { .. } => "reset",
    }
}
