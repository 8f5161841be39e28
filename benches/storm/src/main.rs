//! What clients make of an overloaded server: `reattempt` beside its peers.
//!
//! - `cargo run --release -p benches -- storm` measures all scenarios on the model, in virtual time; `-- storm real` one
//!   of them on a real server.
//! - `-- storm --charts docs/pictures --write docs/overload.md` writes what `docs/overload.md` shows.

mod contenders;
mod document;
mod measure;
mod model;
mod options;
mod ours;
mod table;

use std::error::Error;

use contenders::Contender;
use measure::{Measured, measure};
use model::scenario::Scenario;
use model::scenarios;
use options::Options;
use table::Column;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_command_line().unwrap_or_else(|message| {
        eprintln!("{message}\n\n{}", options::USAGE);
        std::process::exit(2);
    });
    let healthy = measure(contenders::NO_RETRY, scenarios::HEALTHY, options.seeds);
    for scenario in scenarios::ALL {
        if options.only.as_ref().is_none_or(|only| only == scenario.name) {
            show(scenario, &healthy, &options)?;
        }
    }
    Ok(())
}

fn show(scenario: Scenario, healthy: &Measured, options: &Options) -> Result<(), Box<dyn Error>> {
    let (clients, columns): (Vec<Contender>, &[Column]) = contenders::of(&scenario);
    let measured: Vec<_> =
        clients.into_iter().map(|client| measure(client, scenario, options.seeds)).collect();
    let table = table::markdown(columns, &measured, healthy);
    println!("{}, seeds 1 to {}\n\n{table}", scenario.name, options.seeds);
    if let Some(file) = &options.write {
        document::replace(file, scenario.name, &table)?;
    }
    Ok(())
}
