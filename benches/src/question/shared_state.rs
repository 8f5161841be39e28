//! What a budget and a breaker cost while all is well: millions of calls a second, of one thread and of two that share.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use failsafe::backoff::constant;
use failsafe::failure_policy;
use reattempt::{CircuitBreaker, CircuitOpen, RetryBudget, Throttle};
use tower::retry::budget::{Budget as _, TpsBudget};

use crate::process::cpu_time;
use crate::table::Table;

/// What a refused call fails with.
#[derive(Debug)]
struct Refused;

impl From<CircuitOpen> for Refused {
    fn from(_: CircuitOpen) -> Refused {
        Refused
    }
}

const TIME: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_secs(30);

pub(crate) fn show() {
    budgets();
    breakers();
    throttles();
}

fn budgets() {
    let mut table = table("A deposit");
    let ours = RetryBudget::new();
    row(&mut table, "reattempt, full", || ours.deposit());
    // Nothing comes in, so every deposit looks at the clock and writes.
    let ours = RetryBudget::new().ratio(0.0);
    row(&mut table, "reattempt, filling", || ours.deposit());
    let theirs = TpsBudget::default();
    row(&mut table, "tower", || theirs.deposit());
    table.print();
}

fn breakers() {
    let mut table = table("A call through a closed breaker");
    let ours = CircuitBreaker::new();
    row(&mut table, "reattempt, in a row", || through(&ours));
    let policy = failure_policy::consecutive_failures(5, constant(PAUSE));
    let theirs = failsafe::Config::new().failure_policy(policy).build();
    row(&mut table, "failsafe, in a row", || through_failsafe(&theirs));

    let ours = CircuitBreaker::new().failure_rate(0.5);
    row(&mut table, "reattempt, over calls", || through(&ours));
    let theirs = recloser::Recloser::custom().error_rate(0.5).closed_len(100).build();
    row(&mut table, "recloser, over calls", || theirs.call(call::<()>).expect("closed"));

    let ours = CircuitBreaker::new().failure_rate(0.5).window_time(TIME);
    row(&mut table, "reattempt, over time", || through(&ours));
    let policy = failure_policy::success_rate_over_time_window(0.5, 20, TIME, constant(PAUSE));
    let theirs = failsafe::Config::new().failure_policy(policy).build();
    row(&mut table, "failsafe, over time", || through_failsafe(&theirs));
    #[cfg(feature = "fleet")]
    in_a_fleet(&mut table);
    table.print();
}

/// Calls through breakers that have joined a fleet, which count them for it.
#[cfg(feature = "fleet")]
fn in_a_fleet(table: &mut Table) {
    use reattempt::fleet::{Fleet, MemoryStore};

    let breakers = [
        ("in a row, in a fleet", CircuitBreaker::new().name("in a row")),
        ("over calls, in a fleet", CircuitBreaker::new().name("over calls").failure_rate(0.5)),
    ];
    for (name, breaker) in breakers {
        let breaker = std::sync::Arc::new(breaker);
        let _member = Fleet::on(MemoryStore::new()).join(std::sync::Arc::clone(&breaker)).start();
        row(table, &format!("reattempt, {name}"), || through(&breaker));
    }
}

fn throttles() {
    let mut table = table("A call through a throttle");
    let ours = Throttle::new();
    row(&mut table, "reattempt", || ours.acquire().expect("all calls are accepted").accepted());
    let ours = Throttle::new();
    ours.acquire().expect("no call was rejected").rejected();
    row(&mut table, "reattempt, after a rejection", || {
        ours.acquire().expect("nearly all calls are accepted").accepted();
    });
    table.print();
}

/// What is called: it succeeds, which nobody knows before.
fn call<E>() -> Result<(), E> {
    black_box(Ok(()))
}

fn through(breaker: &CircuitBreaker) {
    breaker.call(call::<Refused>).expect("closed");
}

fn through_failsafe(breaker: &impl failsafe::CircuitBreaker) {
    breaker.call(call::<()>).expect("closed");
}

fn table(what: &str) -> Table {
    let title = format!("{what}: millions a second, by one thread and by two that share it.");
    Table::new(title, &["one thread", "two threads"])
}

fn row(table: &mut Table, name: &str, step: impl Fn() + Sync) {
    // Until what fills is full.
    (0..10_000).for_each(|_| step());
    table.row(name, vec![Some(rate(1, &step)), Some(rate(2, &step))]);
}

/// Millions of steps that `threads` do together in a second of processor time each: the best of a few runs.
fn rate(threads: u32, step: &(impl Fn() + Sync)) -> f64 {
    const RUNS: u32 = 3;
    (0..RUNS).map(|_| one_run(threads, step)).fold(0.0, f64::max)
}

fn one_run(threads: u32, step: &(impl Fn() + Sync)) -> f64 {
    // The system counts processor time by ticks of some milliseconds.
    const STEPS: u32 = 10_000_000;
    let start = Barrier::new(threads as usize);
    let times: Vec<u64> = thread::scope(|scope| {
        let run = || {
            start.wait();
            let begun = cpu_time();
            (0..STEPS).for_each(|_| step());
            cpu_time() - begun
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let longest = times.into_iter().max().expect("a thread");
    f64::from(STEPS * threads) * 1e3 / longest as f64
}
