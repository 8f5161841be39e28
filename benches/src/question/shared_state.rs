//! What a budget and a breaker cost while all is well: millions of calls a second, of one thread and of two that share.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use failsafe::CircuitBreaker as _;
use reattempt::{CircuitBreaker, CircuitOpen, RetryBudget};
use tower::retry::budget::{Budget as _, TpsBudget};

use crate::table::Table;

/// Something that any number of threads do at the same time.
type Step<'a> = (&'static str, &'a (dyn Fn() + Sync));

pub(crate) fn show() {
    budgets();
    breakers();
}

fn budgets() {
    let (ours, filling, towers) = (RetryBudget::new(), RetryBudget::new().ratio(0.0), TpsBudget::default());
    table(
        "A deposit: millions a second. One thread, and two that share the budget.",
        &[
            ("reattempt, full", &|| ours.deposit()),
            // Nothing comes in, so every deposit looks at the clock and writes.
            ("reattempt, filling", &|| filling.deposit()),
            ("tower", &|| towers.deposit()),
        ],
    );
}

fn breakers() {
    let in_a_row = CircuitBreaker::new();
    let over_calls = CircuitBreaker::new().failure_rate(0.5);
    let over_time = CircuitBreaker::new().failure_rate(0.5).window_time(Duration::from_secs(10));
    let failsafe_in_a_row = failsafe::Config::new()
        .failure_policy(failsafe::failure_policy::consecutive_failures(
            5,
            failsafe::backoff::constant(Duration::from_secs(30)),
        ))
        .build();
    let failsafe_over_time = failsafe::Config::new()
        .failure_policy(failsafe::failure_policy::success_rate_over_time_window(
            0.5,
            20,
            Duration::from_secs(10),
            failsafe::backoff::constant(Duration::from_secs(30)),
        ))
        .build();
    let recloser = recloser::Recloser::custom().error_rate(0.5).closed_len(100).build();
    table(
        "A call through a closed breaker: millions a second. One thread, and two that share the breaker.",
        &[
            ("reattempt, in a row", &|| through(&in_a_row)),
            ("failsafe, in a row", &|| {
                black_box(failsafe_in_a_row.call(|| black_box(Ok::<(), ()>(())))).expect("closed");
            }),
            ("reattempt, over calls", &|| through(&over_calls)),
            ("recloser, over calls", &|| {
                black_box(recloser.call(|| black_box(Ok::<(), ()>(())))).expect("closed");
            }),
            ("reattempt, over time", &|| through(&over_time)),
            ("failsafe, over time", &|| {
                black_box(failsafe_over_time.call(|| black_box(Ok::<(), ()>(())))).expect("closed");
            }),
        ],
    );
}

fn through(breaker: &CircuitBreaker) {
    black_box(breaker.call(|| black_box(Ok::<(), CircuitOpen>(())))).expect("closed");
}

fn table(title: &str, steps: &[Step<'_>]) {
    let mut table = Table::new(title, &["one thread", "two threads"]);
    for (name, step) in steps {
        // Until what fills is full.
        (0..10_000).for_each(|_| step());
        table.row(name, vec![Some(rate(1, step)), Some(rate(2, step))]);
    }
    table.print();
}

/// Millions of steps a second that `threads` do together: the best of a few runs, as others use this machine too.
fn rate(threads: u32, step: &(dyn Fn() + Sync)) -> f64 {
    const RUNS: u32 = 7;
    (0..RUNS).map(|_| one_run(threads, step)).fold(0.0, f64::max)
}

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn one_run(threads: u32, step: &(dyn Fn() + Sync)) -> f64 {
    const STEPS: u32 = 2_000_000;
    let start = Barrier::new(threads as usize);
    let times: Vec<Duration> = thread::scope(|scope| {
        let run = || {
            start.wait();
            let begun = Instant::now();
            (0..STEPS).for_each(|_| step());
            begun.elapsed()
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let longest = times.into_iter().max().expect("a thread");
    f64::from(STEPS * threads) / longest.as_secs_f64() / 1e6
}
