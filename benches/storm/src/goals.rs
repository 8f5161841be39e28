//! What the library promises, beside what was measured.

use crate::contenders::ADVISED;
use crate::measure::Measured;
use crate::model::scenarios::{BROWNOUT, HEALTHY, OVERLOAD, SLOW_TAIL};
use crate::ours::OPEN_FOR;
use crate::table::{Column, Slow, millis, percent, recovery};

pub(crate) struct Goal {
    promise: &'static str,
    limit: String,
    ours: String,
    holds: bool,
    peer: String,
}

pub(crate) const COLUMNS: &[Column<Goal>] = &[
    ("promise", |goal| goal.promise.to_owned()),
    ("limit", |goal| goal.limit.clone()),
    ("measured: mean (worst)", |goal| goal.ours.clone()),
    ("holds", |goal| if goal.holds { "yes" } else { "no" }.to_owned()),
    ("best peer", |goal| goal.peer.clone()),
];

/// Returns the goals that were measured.
pub(crate) fn goals(measured: &[Measured], slow: &[Slow]) -> Vec<Goal> {
    let ours = |scenario, name: &str| find(measured, scenario, name);
    let advised = |scenario| ours(scenario, ADVISED.name);
    [
        ours(OVERLOAD.name, "ours: budget, throttle").map(|client| of_capacity(client, measured)),
        advised(OVERLOAD.name).map(|client| of_capacity(client, measured)),
        advised(BROWNOUT.name).map(|client| recovers(client, measured)),
        advised(BROWNOUT.name).map(|client| requests(client, measured)),
        slow.iter().find(|row| is_hedged(row, SLOW_TAIL.name)).map(|row| tail(row, slow)),
        advised(HEALTHY.name).map(refuses_nothing),
        slow.iter().find(|row| is_hedged(row, "none")).map(copies),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn find<'m>(measured: &'m [Measured], scenario: &str, name: &str) -> Option<&'m Measured> {
    measured.iter().find(|client| client.scenario.name == scenario && client.name == name)
}

/// The peers in the scenario of this client.
fn peers<'m>(client: &Measured, measured: &'m [Measured]) -> impl Iterator<Item = &'m Measured> {
    let scenario = client.scenario.name;
    measured.iter().filter(move |peer| peer.scenario.name == scenario && !peer.name.starts_with("ours"))
}

fn is_hedged(row: &Slow, scenario: &str) -> bool {
    row.client.scenario.name == scenario && row.client.name == "hedge by default"
}

fn of_capacity(client: &Measured, measured: &[Measured]) -> Goal {
    let answers = client.summary(|run| run.of_capacity);
    let mean = |peer: &&Measured| peer.summary(|run| run.of_capacity).mean;
    let best = peers(client, measured).max_by(|a, b| mean(a).total_cmp(&mean(b)));
    let is_throttle = client.name != ADVISED.name;
    Goal {
        promise: if is_throttle {
            "overload: answers, of the capacity; throttle and budget"
        } else {
            "the same; breaker and budget"
        },
        limit: "≥ 95 %".to_owned(),
        ours: format!("{} ({:.1})", percent(answers.mean), answers.least * 100.0),
        holds: answers.least >= 0.95,
        peer: best.map_or_else(String::new, |peer| format!("{}: {}", peer.name, percent(mean(&peer)))),
    }
}

fn recovers(client: &Measured, measured: &[Measured]) -> Goal {
    let limit = OPEN_FOR.as_secs_f64() + 2.0;
    let time = client.recovery();
    let best = peers(client, measured).min_by(|a, b| a.recovery().mean.total_cmp(&b.recovery().mean));
    let name = |peer: &Measured| format!("{}: {}", peer.name, recovery(&peer.recovery(), peer));
    Goal {
        promise: "brownout: time until 95 % of the calls are answered",
        limit: format!("≤ {limit:.0} s"),
        ours: recovery(&time, client),
        holds: time.most <= limit,
        peer: best.map_or_else(String::new, name),
    }
}

fn requests(client: &Measured, measured: &[Measured]) -> Goal {
    let sent = client.summary(|run| run.sent_in_all);
    let meanwhile = client.summary(|run| run.sent_during).mean;
    let mean = |peer: &&Measured| peer.summary(|run| run.sent_in_all).mean;
    let best = peers(client, measured).min_by(|a, b| mean(a).total_cmp(&mean(b)));
    Goal {
        promise: "brownout: requests for each answer, in the whole run",
        limit: "≤ 1.3".to_owned(),
        ours: format!("{:.2} ({:.2}); meanwhile {meanwhile:.2}", sent.mean, sent.most),
        holds: sent.most <= 1.3,
        peer: best.map_or_else(String::new, |peer| {
            let meanwhile = peer.summary(|run| run.sent_during).mean;
            format!("{}: {:.2}; meanwhile {meanwhile:.2}", peer.name, mean(&peer))
        }),
    }
}

fn tail(row: &Slow, slow: &[Slow]) -> Goal {
    let ratio = row.client.time(0.99) / row.healthy_p99;
    let sent = row.client.summary(|run| run.sent_per_call).most;
    let unhedged = slow.iter().find(|other| other.client.scenario.name == SLOW_TAIL.name);
    Goal {
        promise: "slow tenth with a heavy tail: p99, of the healthy p99, and requests for each call",
        limit: "≤ 1.5, ≤ 1.05".to_owned(),
        ours: format!("{ratio:.2}, {sent:.3}"),
        holds: ratio <= 1.5 && sent <= 1.05,
        peer: unhedged.map_or_else(String::new, |row| {
            format!(
                "none hedges: {:.2} ({})",
                row.client.time(0.99) / row.healthy_p99,
                millis(row.client.time(0.99))
            )
        }),
    }
}

fn refuses_nothing(client: &Measured) -> Goal {
    let refused = client.summary(|run| run.refused).most;
    Goal {
        promise: "healthy server: calls refused",
        limit: "none".to_owned(),
        ours: percent(refused),
        holds: refused == 0.0,
        peer: "–".to_owned(),
    }
}

fn copies(row: &Slow) -> Goal {
    let sent = row.client.summary(|run| run.sent_per_call);
    Goal {
        promise: "healthy server: requests for each call, hedged",
        limit: "≤ 1.05".to_owned(),
        ours: format!("{:.3} ({:.3})", sent.mean, sent.most),
        holds: sent.most <= 1.05,
        peer: "–".to_owned(),
    }
}
