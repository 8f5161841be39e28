//! A fleet of clients with the policy, on the way to one resource.

use std::time::Duration;

use reattempt::{Jitter, Policy};
use serde_json::{Value, json};

#[path = "../../../../examples/fleet/model.rs"]
#[expect(dead_code, reason = "the example asks for more")]
mod model;

/// The most clients of a fleet.
pub(crate) const MOST_CLIENTS: u32 = 500;
/// The parts of the time that the picture shows.
const PARTS: usize = 60;
/// The most messages of a simulation. A fleet without delays needs less than a tenth.
const MOST_EVENTS: u64 = 2_000_000;
const SEED: u64 = 1;

/// The writes of a fleet.
struct Run {
    /// When each write reached the resource, and whether it succeeded.
    writes: Vec<(Duration, bool)>,
    done: u32,
    completed: Duration,
    is_complete: bool,
}

/// Returns the writes of a fleet over time, and its cost beside that of two other kinds of jitter.
pub(crate) fn of(policy: &Policy, clients: u32) -> Value {
    let policy = policy.unlimited();
    let own = run(clients, policy);
    let others = [("jitter = none", Jitter::None), ("jitter = full", Jitter::Full)]
        .map(|(name, jitter)| cost(name, &run(clients, policy.jitter(jitter))));
    let [none, full] = others;
    let end = own.writes.last().map_or(Duration::ZERO, |(time, _)| *time);
    let (mut failed, mut succeeded) = ([0_u32; PARTS], [0_u32; PARTS]);
    for (time, is_success) in &own.writes {
        let part = (time.as_secs_f64() / end.as_secs_f64() * PARTS as f64) as usize;
        let counts = if *is_success { &mut succeeded } else { &mut failed };
        counts[part.min(PARTS - 1)] += 1;
    }
    json!({
        "end": end.as_secs_f64(),
        "failed": failed.as_slice(),
        "succeeded": succeeded.as_slice(),
        "costs": [cost("this policy", &own), none, full],
    })
}

fn run(clients: u32, policy: Policy) -> Run {
    let mut fleet = model::fleet(clients, policy, SEED);
    let (mut before, mut writes) = (fleet.report(), Vec::new());
    while before.events < MOST_EVENTS && fleet.step() {
        let report = fleet.report();
        if report.calls > before.calls {
            writes.push((report.now, report.done > before.done));
        }
        before = report;
    }
    Run { writes, done: before.done, completed: before.completed, is_complete: before.done == clients }
}

fn cost(name: &str, run: &Run) -> Value {
    json!({
        "name": name,
        "calls": run.writes.len(),
        "done": run.done,
        "time": format!("{:.2} s", run.completed.as_secs_f64()),
        "is_complete": run.is_complete,
    })
}
