//! A brownout of a server whose clients have the policy: the clients and servers of `examples/brownout`, on a clock that jumps
//! from one timer to the next.

#[path = "../../../../examples/brownout/client.rs"]
mod client;
#[path = "../../../../examples/brownout/scenario.rs"]
#[expect(dead_code, reason = "the example has a policy of its own")]
mod scenario;
#[path = "../../../../examples/brownout/server.rs"]
mod server;
mod time;
#[path = "../../../../examples/brownout/timeline.rs"]
mod timeline;

use reattempt::Policy;
use serde_json::{Value, json};

use client::{Call, Careful, Plain};
use scenario::{CALLS_PER_SECOND, LENGTH, Servers};
use server::BROWNOUT;
use timeline::Counts;

/// The most attempts of a call: without a limit, a policy without delays would never leave a moment of the simulation.
pub(crate) const MOST_ATTEMPTS: u32 = 10;

/// Returns the counts of each second at the server that browns out, without and with a breaker and a budget.
pub(crate) fn of(policy: &Policy) -> Value {
    let policy = policy.max(policy.max_attempts().unwrap_or(MOST_ATTEMPTS).min(MOST_ATTEMPTS));
    json!({
        "length": LENGTH.as_secs(),
        "from": BROWNOUT.start.as_secs(),
        "to": BROWNOUT.end.as_secs(),
        "calls": u64::from(CALLS_PER_SECOND) * LENGTH.as_secs(),
        "attempts": policy.max_attempts(),
        "runs": [run("Plain retries", Plain::new, policy), run("With breaker and budget", Careful::new, policy)],
    })
}

fn run<C: Call>(title: &str, client: fn(Servers, Policy) -> C, policy: Policy) -> Value {
    let [host, _] = time::run(|spawn| scenario::run(client, policy, spawn));
    let counts = |counts: Counts| {
        [counts.requests + counts.retries, counts.retries, counts.rejections, counts.answers]
    };
    let seconds: Vec<_> = host.seconds().into_iter().map(counts).collect();
    json!({ "title": title, "seconds": seconds, "total": counts(host.total()) })
}
