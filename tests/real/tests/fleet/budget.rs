//! The reserve of the fleet's budget, while everything fails and processes die.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep};

use crate::{
    Lines,
    field::{Field, PROCESSES, ms},
    seed,
    settings::{RATIO, RESERVE, TTL},
    target::{Attempt, Mood},
};

/// How long everything fails.
const LASTS: Duration = Duration::from_secs(8);

pub(crate) async fn run() -> Lines {
    let mut rng = Rng::with_seed(seed());
    let begun = Instant::now();
    let mut field = Field::start(&["budget"], false).await;
    field.target.set_all(Mood::Bad);
    let failing = Instant::now();
    field.rate(100).await;
    let mut started = u32::from(PROCESSES);
    while failing.elapsed() < LASTS {
        sleep(Duration::from_millis(rng.u64(200..800))).await;
        let victim = rng.usize(0..usize::from(PROCESSES));
        field.processes[victim].replace().await;
        started += 1;
    }
    let attempts = field.target.attempts();
    let lasted = failing.elapsed();
    let (calls, retries) = count(&attempts);
    let excess = worst(&attempts, begun, started);
    assert!(excess.0 <= 0.0, "{excess:?}");
    // The reserve is there, and not only the part of the calls.
    assert!(retries as f64 > RATIO * calls as f64, "{retries} retries of {calls} calls");
    let allowed = RATIO * calls as f64 + f64::from(RESERVE) * lasted.as_secs_f64();
    let asked = field.watch.seen().asked("reserve");
    let lines = vec![
        format!(
            "{calls} calls, {retries} retries in {}, {started} processes of which {} died",
            ms(lasted),
            started - 8
        ),
        format!("ratio and reserve alone give {allowed:.0}; a chunk is {}", chunk(PROCESSES.into())),
        format!("nearest to the bound in any time: {:.1} tokens below it ({})", -excess.0, ms(excess.1)),
        format!("the store was asked for tokens {asked} times"),
    ];
    field.end().await;
    lines
}

fn count(attempts: &[Attempt]) -> (usize, usize) {
    let retries = attempts.iter().filter(|attempt| attempt.number > 1).count();
    (attempts.len() - retries, retries)
}

/// The most tokens of one grant.
fn chunk(processes: u32) -> u32 {
    (RESERVE / processes).max(1)
}

/// Returns by how much the retries of any time exceed what is allowed, at most, and the length of that time. Tokens of
/// calls live for the budget's `ttl`, so those of the calls before count.
fn worst(attempts: &[Attempt], begun: Instant, started: u32) -> (f64, Duration) {
    let times = |is_retry: bool| {
        let of_kind = attempts.iter().filter(move |attempt| (attempt.number > 1) == is_retry);
        let mut times: Vec<_> = of_kind.map(|attempt| attempt.at - begun).collect();
        times.sort_unstable();
        times
    };
    let (calls, retries) = (times(false), times(true));
    let mut worst = (f64::MIN, Duration::ZERO);
    for (first, from) in retries.iter().enumerate() {
        for (last, to) in retries.iter().enumerate().skip(first) {
            let earliest = from.saturating_sub(TTL);
            let paying = calls.partition_point(|at| at <= to) - calls.partition_point(|at| *at < earliest);
            // The first grant may be as large as it is for a fleet of one.
            let chunks = f64::from(chunk(PROCESSES.into()) * started);
            let time = to.saturating_sub(*from);
            let allowed = RATIO * paying as f64 + f64::from(RESERVE) * time.as_secs_f64() + chunks;
            let excess = (last - first + 1) as f64 - allowed;
            if excess > worst.0 {
                worst = (excess, time);
            }
        }
    }
    worst
}
