//! A policy as a table, a terminal plot and a picture: when each attempt starts at the earliest and at the latest.
//!
//! ```text
//! cargo run --example schedule -- s3_upload
//! cargo run --example schedule -- --all
//! ```
//!
//! The pictures go to `docs/book/src/pictures/`.

mod chart;
mod terminal;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use reattempt::{Policy, preset};

/// A policy by its name, and when each of its attempts starts if every attempt fails at once.
struct Schedule {
    name: &'static str,
    policy: Policy,
    starts: Vec<Start>,
}

/// When an attempt starts, counted from the start of the first.
#[derive(Clone, Copy)]
struct Start {
    attempt: u32,
    earliest: Duration,
    latest: Duration,
}

impl Schedule {
    fn new(name: &'static str, policy: Policy) -> Schedule {
        /// Of a policy without an end.
        const MOST: u32 = 20;
        let mut starts = vec![Start { attempt: 1, earliest: Duration::ZERO, latest: Duration::ZERO }];
        for n in 1..policy.max_attempts().unwrap_or(MOST) {
            let (Start { earliest, latest, .. }, (shortest, longest)) =
                (starts[starts.len() - 1], policy.delay_bounds(n));
            starts.push(Start { attempt: n + 1, earliest: earliest + shortest, latest: latest + longest });
        }
        Schedule { name, policy, starts }
    }

    /// When the last attempt starts at the latest.
    fn worst_case(&self) -> Duration {
        self.starts[self.starts.len() - 1].latest
    }

    /// The same, to the millisecond.
    fn worst_case_in_words(&self) -> String {
        let nanos = self.worst_case().as_nanos();
        let rounded = Duration::from_millis(u64::try_from((nanos + 500_000) / 1_000_000).unwrap_or(u64::MAX));
        format!("{rounded:?}")
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match show(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn show(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let all = || preset::ALL.iter().map(|(name, policy)| Schedule::new(name, *policy));
    let names = || preset::ALL.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (shown, file): (Vec<Schedule>, &str) = match arguments {
        [argument] if argument == "--all" => (all().collect(), "presets"),
        [name] => {
            let found = all().find(|schedule| schedule.name == name);
            let schedule = found.ok_or_else(|| format!("`{name}` is no preset; there are {}", names()))?;
            (vec![schedule], name)
        }
        _ => return Err(format!("name a preset, or write `--all`; there are {}", names()).into()),
    };
    for schedule in &shown {
        println!("{}: {}\n\n{:#}", schedule.name, schedule.policy, schedule.policy);
        println!("{}", terminal::plot(schedule));
    }
    let path = picture(file);
    chart::draw(&shown, &path)?;
    println!("drawn in {}", path.display());
    Ok(())
}

fn picture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/book/src/pictures").join(name).with_extension("svg")
}
