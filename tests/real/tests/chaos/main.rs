//! Real servers, killed, cut off and overloaded while programs use them.
//!
//! `cargo test -p real --test chaos` does it to all of them, `… -- redis s3` to those named. `CHAOS_FAULTS` is the number
//! of faults for each, `CHAOS_SEED` another order of them. `… -- --soak 30m` does it to all of them at once, for that long.

mod bank;
mod etcd;
mod http;
mod nats;
mod opendal;
mod mariadb;
mod postgres;
mod rabbitmq;
mod redis;
mod report;
mod s3;
mod sftp;
mod soak;
mod trial;
mod workers;

use std::{env, process::ExitCode, str::FromStr, sync::Arc, time::Duration};

use progress::Progress;
use real::Schedule;
use report::Report;
use tokio::{task::JoinHandle, time::timeout};

/// An order that has been seen to pass. Any other has to pass too.
const SEED: u64 = 7;
/// Enough for each kind to meet each moment of an operation.
const FAULTS: usize = 50;
/// Above what the slowest system takes for a fault on a busy machine, RabbitMQ's restarts included.
const LONGEST_FAULT: Duration = Duration::from_secs(12);

type System = (&'static str, fn(Schedule) -> JoinHandle<Report>);

/// From the quickest to the slowest, and those that joined later.
const SYSTEMS: &[System] = &[
    ("http", |schedule| tokio::spawn(http::run(schedule))),
    ("redis", |schedule| tokio::spawn(redis::run(schedule))),
    ("s3", |schedule| tokio::spawn(s3::run(schedule))),
    ("sftp", |schedule| tokio::spawn(sftp::run(schedule))),
    ("etcd", |schedule| tokio::spawn(etcd::run(schedule))),
    ("rabbitmq", |schedule| tokio::spawn(rabbitmq::run(schedule))),
    ("nats", |schedule| tokio::spawn(nats::run(schedule))),
    ("opendal", |schedule| tokio::spawn(opendal::run(schedule))),
    ("postgres", |schedule| tokio::spawn(postgres::run(schedule))),
    ("mariadb", |schedule| tokio::spawn(mariadb::run(schedule))),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument.starts_with("--soak")) {
        return soak::main(&arguments[at..]);
    }
    tokio::runtime::Runtime::new().expect("a runtime").block_on(chaos(&arguments))
}

/// Returns the systems that are named, all of them if none is.
fn wanted(arguments: &[String]) -> Result<Vec<&'static System>, String> {
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = named.iter().find(|name| SYSTEMS.iter().all(|(system, _)| system != *name)) {
        let systems = SYSTEMS.iter().map(|(system, _)| *system).collect::<Vec<_>>().join(", ");
        return Err(format!("there is no system `{unknown}`; there are {systems}"));
    }
    let is_wanted = |system: &str| named.is_empty() || named.iter().any(|name| *name == system);
    Ok(SYSTEMS.iter().filter(|(system, _)| is_wanted(system)).collect())
}

async fn chaos(arguments: &[String]) -> ExitCode {
    let wanted = match wanted(arguments) {
        Ok(wanted) => wanted,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let (seed, faults) = (variable("CHAOS_SEED", SEED), variable("CHAOS_FAULTS", FAULTS));
    println!("{faults} faults for each system, in the order of CHAOS_SEED={seed}");
    let progress = Arc::new(Progress::new((wanted.len() * faults) as u64, "faults"));
    let say = |line: String| progress.above(|| println!("{line}"));
    let mut reports = Vec::new();
    let mut failed = Vec::new();
    for (done, (system, run)) in wanted.into_iter().enumerate() {
        say(format!("{system} …"));
        // A system that has failed leaves faults undone.
        progress.reach((done * faults) as u64);
        progress.note((*system).to_owned());
        let mut task = run(Schedule::new(seed, faults).shown_by(Arc::clone(&progress)));
        let limit = LONGEST_FAULT * (faults as u32 + 5);
        match timeout(limit, &mut task).await {
            Ok(Ok(report)) => {
                for note in &report.notes {
                    say(format!("{system}: {note}"));
                }
                for violation in report.violations() {
                    say(format!("{system}: {violation}"));
                    failed.push(*system);
                }
                reports.push((*system, report));
            }
            // The panic has printed what it is about.
            Ok(Err(_)) => failed.push(*system),
            Err(_) => {
                say(format!("{system}: not done after {limit:?}"));
                // Ends its servers, too.
                task.abort();
                let _ = task.await;
                failed.push(*system);
            }
        }
    }
    drop(progress);
    println!("\n{}", report::tables(&reports));
    failed.dedup();
    if failed.is_empty() {
        println!("all of them kept their promises");
        ExitCode::SUCCESS
    } else {
        println!("broken promises: {}", failed.join(", "));
        ExitCode::FAILURE
    }
}

/// A number from the environment.
fn variable<T: FromStr>(name: &str, default: T) -> T {
    let Ok(value) = env::var(name) else { return default };
    value.parse().unwrap_or_else(|_| panic!("{name} is `{value}`; it has to be a number"))
}
