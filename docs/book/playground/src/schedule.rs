//! The schedule of a policy.

use std::time::Duration;

use reattempt::Policy;
use serde_json::{Value, json};

/// The most delays that the table lists.
const ROWS: u32 = 100;
/// The calls that the picture shows.
const CALLS: u64 = 24;
/// The attempts of a call that the picture shows.
const SHOWN: usize = 12;

/// Returns each delay with its bounds, the starts of attempts, and the sum of the longest delays.
pub(crate) fn of(policy: &Policy) -> Value {
    let delays = policy.max_attempts().map_or(u32::MAX, |attempts| attempts - 1);
    let (mut earliest, mut latest) = (Duration::ZERO, Duration::ZERO);
    let rows: Vec<_> = (1..=delays.min(ROWS))
        .map(|delay| {
            let (shortest, longest) = policy.delay_bounds(delay);
            earliest = earliest.saturating_add(shortest);
            latest = latest.saturating_add(longest);
            json!({
                "delay": delay,
                "shortest": text(shortest), "longest": text(longest),
                "earliest": earliest.as_secs_f64(), "latest": latest.as_secs_f64(),
                "from": text(earliest), "to": text(latest),
            })
        })
        .collect();
    let worst = policy.worst_case_wait();
    json!({
        "sentence": policy.to_string(),
        "attempts": policy.max_attempts(),
        "rows": rows,
        "left_out": policy.max_attempts().map(|_| delays.saturating_sub(ROWS)),
        "worst": is_finite(worst).then(|| text(worst)),
        "deadline": policy.time_limit().map(|limit| limit.as_secs_f64()),
        "deadline_text": policy.time_limit().map(text),
        "calls": calls(policy),
    })
}

/// Returns the starts of the attempts of some calls, in seconds, as far as the deadline allows them.
fn calls(policy: &Policy) -> Vec<Vec<f64>> {
    let limit = policy.time_limit().unwrap_or(Duration::MAX);
    let call = |seed| {
        let starts = policy.delays_seeded(seed).scan(Duration::ZERO, |start, delay| {
            *start = start.saturating_add(delay);
            Some(*start)
        });
        starts.take(SHOWN).take_while(|start| *start <= limit).map(|start| start.as_secs_f64()).collect()
    };
    (1..=CALLS).map(call).collect()
}

/// Returns whether a wait ends. The sum of an unlimited policy saturates.
fn is_finite(wait: Duration) -> bool {
    wait.as_nanos() < u128::from(u64::MAX)
}

/// Returns a duration as the library displays it.
fn text(duration: Duration) -> String {
    if is_finite(duration) { format!("{duration:?}") } else { "without end".to_owned() }
}
