//! A fleet of eight processes on a real server of Redis, while processes are killed, stopped and set to other times, and
//! the server is slow, silent, full, forgetful or gone.
//!
//! `cargo test -p real --test fleet` runs all of it, `… -- quorum budget` what is named. `FLEET_FAULTS` is the number of
//! faults of the seeded schedule, `FLEET_SEED` another order of them.

mod budget;
mod chaos;
mod circuit;
mod field;
mod process;
mod settings;
mod store;
mod target;
mod watch;
mod worker;

use std::{env, process::ExitCode, str::FromStr, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};

/// What a scenario has measured, a line each.
pub(crate) type Lines = Vec<String>;

type Scenario = (&'static str, fn() -> JoinHandle<Lines>);

/// The scenarios wait most of the time, so those of one list run beside those of the other.
const LISTS: [&[Scenario]; 2] = [
    &[
        ("quorum", || tokio::spawn(circuit::quorum())),
        ("background", || tokio::spawn(circuit::background())),
        ("wedge", || tokio::spawn(circuit::wedge())),
        ("old-lease", || tokio::spawn(circuit::old_lease())),
        ("closed", || tokio::spawn(circuit::closed())),
        ("budget", || tokio::spawn(budget::run())),
        ("chaos", || tokio::spawn(chaos::run())),
        ("memory", || tokio::spawn(store::memory())),
    ],
    &[
        ("slow", || tokio::spawn(store::run(store::Fault::Slow))),
        ("silent", || tokio::spawn(store::run(store::Fault::Silent))),
        ("paused", || tokio::spawn(store::run(store::Fault::Paused))),
        ("killed", || tokio::spawn(store::run(store::Fault::Killed))),
        ("full", || tokio::spawn(store::run(store::Fault::Full))),
        ("flushed", || tokio::spawn(store::run(store::Fault::Flushed))),
        ("failover", || tokio::spawn(store::run(store::Fault::Failover))),
    ],
];

/// Above what the longest scenario takes on a busy machine, without the faults of the schedule.
const LONGEST: Duration = Duration::from_mins(2);
/// Above what a fault of the schedule takes.
const LONGEST_FAULT: Duration = Duration::from_secs(12);

fn main() -> ExitCode {
    if env::args().nth(1).as_deref() == Some("worker") {
        worker::run();
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(drive())
}

async fn drive() -> ExitCode {
    let named: Vec<_> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let has = |name: &String| LISTS.iter().copied().flatten().any(|(scenario, _)| scenario == name);
    if let Some(unknown) = named.iter().find(|name| !has(name)) {
        eprintln!("there is no scenario `{unknown}`");
        return ExitCode::FAILURE;
    }
    let (mut failed, others) = tokio::join!(run(LISTS[0], &named), run(LISTS[1], &named));
    failed.extend(others);
    if failed.is_empty() {
        println!("all of them kept their promises");
        ExitCode::SUCCESS
    } else {
        println!("broken promises: {}", failed.join(", "));
        ExitCode::FAILURE
    }
}

/// Runs those scenarios of a list that are named, all if none is, and returns those that failed.
async fn run(list: &[Scenario], named: &[String]) -> Vec<&'static str> {
    let mut failed = Vec::new();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
    for (name, start) in list.iter().filter(|(name, _)| is_wanted(name)) {
        let begun = Instant::now();
        let mut task = start();
        match timeout(LONGEST + LONGEST_FAULT * faults(), &mut task).await {
            Ok(Ok(lines)) => {
                println!("{name} ({:.1} s)", begun.elapsed().as_secs_f64());
                for line in lines {
                    println!("    {line}");
                }
            }
            // The panic has printed what it is about.
            Ok(Err(_)) => failed.push(*name),
            Err(_) => {
                println!("{name}: not done after {:?}", begun.elapsed());
                task.abort();
                let _ = task.await;
                failed.push(*name);
            }
        }
    }
    failed
}

/// The number of faults of the schedule.
pub(crate) fn faults() -> u32 {
    variable("FLEET_FAULTS", 12)
}

/// The order of the faults.
pub(crate) fn seed() -> u64 {
    variable("FLEET_SEED", 7)
}

fn variable<T: FromStr>(name: &str, default: T) -> T {
    let Ok(value) = env::var(name) else { return default };
    value.parse().unwrap_or_else(|_| panic!("{name} is `{value}`; it has to be a number"))
}
