//! What clients make of an overloaded server: `reattempt` beside its peers.
//!
//! - `cargo run --release -p benches -- storm` measures all scenarios on the model, in virtual time; `-- storm real` one
//!   of them on a real server.
//! - `-- storm --charts docs/book/src/pictures --write docs/book/src` also writes what the pages `storm.md` and `overload.md` show.

mod chart;
mod contenders;
mod document;
mod goals;
mod measure;
mod model;
mod one_run;
mod options;
// Its macro defines the clients of `ours_hedged`, too.
#[macro_use]
mod ours;
mod ours_hedged;
mod real;
mod table;

use std::error::Error;

use measure::{Measured, measure};
use model::scenario::Scenario;
use model::scenarios;
use options::Options;
use progress::Progress;
use table::Slow;

/// The scenario of the promise for every seed has more of them than the others.
const SEEDS: u64 = 20;
const MORE_SEEDS: u64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_command_line().unwrap_or_else(|message| {
        eprintln!("{message}\n\n{}", options::USAGE);
        std::process::exit(2);
    });
    if options.real {
        let table = table::markdown(table::TROUBLE, &real::measure()?);
        return show("real", "a brownout of a real server", &table, &options);
    }
    show(one_run::SCENARIO.name, "a short brownout, seed 1", &one_run::table(), &options)?;
    let progress = Progress::new(runs(&options), "runs");
    let mut measured = Vec::new();
    for scenario in wanted(&options) {
        measured.extend(trouble(scenario, &options, &progress)?);
    }
    let slow = if options.wants(options::SLOW) { slow(&options, &progress)? } else { Vec::new() };
    drop(progress);
    // They need several scenarios.
    if options.only.is_some() {
        return Ok(());
    }
    let goals = table::markdown(goals::COLUMNS, &goals::goals(&measured, &slow));
    show("goals", "the promises", &goals, &options)
}

/// Returns the scenarios to be measured in which calls fail.
fn wanted(options: &Options) -> impl Iterator<Item = Scenario> {
    scenarios::ALL.into_iter().filter(|scenario| options.wants(scenario.name))
}

/// Returns the number of runs of each client.
fn seeds(scenario: &Scenario, options: &Options) -> u64 {
    let is_promise = scenario.name == scenarios::BROWNOUT.name;
    options.seeds.unwrap_or(if is_promise { MORE_SEEDS } else { SEEDS })
}

/// Returns the number of runs of all clients in all scenarios.
fn runs(options: &Options) -> u64 {
    let of = |scenario: Scenario| contenders::of(&scenario).len() as u64 * seeds(&scenario, options);
    // One more, without a retry, on a healthy server.
    let slow = scenarios::SLOW.len() * (contenders::SLOW.len() + 1);
    let slow = if options.wants(options::SLOW) { slow as u64 } else { 0 };
    wanted(options).map(of).sum::<u64>() + slow * options.seeds.unwrap_or(SEEDS)
}

/// One scenario in which calls fail.
fn trouble(
    scenario: Scenario,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<Measured>, Box<dyn Error>> {
    let seeds = seeds(&scenario, options);
    let clients = contenders::of(&scenario).into_iter();
    let measured: Vec<Measured> = clients.map(|client| measure(client, scenario, seeds, progress)).collect();
    let columns = if scenario.name == scenarios::HEALTHY.name { table::HEALTHY } else { table::TROUBLE };
    let title = format!("{}, seeds 1 to {seeds}", scenario.name);
    progress.above(|| {
        show(scenario.name, &title, &table::markdown(columns, &measured), options)?;
        match &options.charts {
            Some(folder) => chart::draw_trouble(folder, &scenario, &measured),
            None => Ok(()),
        }
    })?;
    Ok(measured)
}

/// The scenarios in which answers are slow.
fn slow(options: &Options, progress: &Progress) -> Result<Vec<Slow>, Box<dyn Error>> {
    let seeds = options.seeds.unwrap_or(SEEDS);
    let mut rows = Vec::new();
    for (scenario, healthy) in scenarios::SLOW {
        let healthy_p99 = measure(contenders::NO_RETRY, healthy, seeds, progress).time(0.99);
        for client in contenders::SLOW {
            rows.push(Slow { client: measure(client, scenario, seeds, progress), healthy_p99 });
        }
    }
    let title = format!("slow requests, seeds 1 to {seeds}");
    progress.above(|| {
        show(options::SLOW, &title, &table::markdown(table::SLOW, &rows), options)?;
        match &options.charts {
            Some(folder) => chart::draw_slow(folder, &rows),
            None => Ok(()),
        }
    })?;
    Ok(rows)
}

fn show(name: &str, title: &str, table: &str, options: &Options) -> Result<(), Box<dyn Error>> {
    println!("{title}\n\n{table}");
    if let Some(folder) = &options.write {
        for page in ["storm.md", "overload.md"] {
            document::replace(&folder.join(page), name, table)?;
        }
    }
    Ok(())
}
