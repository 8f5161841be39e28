//! A short brownout with one seed: a table that a test repeats.

use super::model::figures::Figures;
use super::model::record::Counts;
use super::model::run::{Run, run};
use super::model::scenario::Scenario;
use super::model::scenarios::BROWNOUT;
use super::ours;

/// Five seconds of calm, ten of a brownout and twenty-five after it.
pub(crate) const SCENARIO: Scenario =
    Scenario { name: "one-run", trouble_starts: 5, trouble_ends: 15, length: 40, ..BROWNOUT };

const SEED: u64 = 1;

const CLIENTS: [(&str, Run); 4] = [
    ("ours: no argument", run::<ours::Plain>),
    ("ours: budget", run::<ours::Budget>),
    ("ours: budget, throttle", run::<ours::Throttling>),
    ("ours: budget, breaker", run::<ours::Breaking>),
];

/// Returns the table as Markdown.
pub(crate) fn table() -> String {
    const HEAD: &str = "\
        | client                 | calls | answered | refused | requests | recovered after |\n\
        | ---------------------- | ----: | -------: | ------: | -------: | --------------: |\n";
    let rows: String = CLIENTS.iter().map(|(name, run)| row(name, *run)).collect();
    HEAD.to_owned() + &rows
}

fn row(name: &str, run: Run) -> String {
    let record = run(SCENARIO, SEED);
    let recovery = Figures::of(&record, &SCENARIO).recovery;
    let recovery = recovery.map_or_else(|| "never".to_owned(), |seconds| format!("{seconds:.1} s"));
    let Counts { calls, answers, refused, sent } = record.bins.iter().copied().sum();
    format!("| {name:<22} | {calls:>5} | {answers:>8} | {refused:>7} | {sent:>8} | {recovery:>15} |\n")
}
