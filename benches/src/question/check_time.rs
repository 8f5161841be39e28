//! How long `cargo check` takes for 200 functions.

use std::collections::BTreeMap;

use crate::contender::{Contender, Source};
use crate::contenders;
use crate::process::children_time;
use crate::program::{self, Package};
use crate::table::Table;

const FUNCTIONS: usize = 200;

/// The best round counts. A round has several runs, because the system counts in hundredths of a second.
const ROUNDS: u32 = 6;
const RUNS: u32 = 2;

/// A kind of function: its column, whether it is async, and its text.
type Kind = (&'static str, bool, fn(&Source) -> Option<&'static str>);

const KINDS: [Kind; 4] = [
    ("sync", false, |source| source.blocking),
    ("sync ?", false, |source| source.blocking_question),
    ("async", true, |source| source.asynchronous),
    ("async ?", true, |source| source.asynchronous_question),
];

const COLUMNS: [&str; 4] = [KINDS[0].0, KINDS[1].0, KINDS[2].0, KINDS[3].0];

/// Milliseconds by contender and column.
type Times = BTreeMap<(&'static str, &'static str), f64>;

pub(crate) fn show(contenders: &[Contender]) {
    let instrument = contenders::instrument::contender();
    let contenders: Vec<&Contender> = contenders.iter().chain([&instrument]).collect();
    let times = measure(&contenders);
    let time = |name, column| times.get(&(name, column)).copied();
    let table = |title: &str, figure: &dyn Fn(&'static str, &'static str) -> Option<f64>| {
        let mut table = Table::new(title, &COLUMNS);
        for contender in &contenders {
            table.row(contender.name, COLUMNS.map(|column| figure(contender.name, column)).to_vec());
        }
        table.print();
    };
    table(
        "`cargo check` of 200 functions, everything they depend on checked before: milliseconds of processor time, the \
         best of six rounds. `?`: the body uses it.",
        &time,
    );
    table("How often those of 200 bare functions.", &|name, column| {
        Some(time(name, column)? / time("bare function", column)?)
    });
}

fn measure(contenders: &[&Contender]) -> Times {
    let mut checks: Vec<Check> = Vec::new();
    for kind in KINDS {
        checks.extend(contenders.iter().filter_map(|contender| Check::new(contender, kind)));
    }
    // Everybody in each round: a machine that is slow for a while is so for all.
    for _ in 0..ROUNDS {
        checks.iter_mut().for_each(Check::run);
    }
    checks.into_iter().map(|check| (check.key, check.best * 1e3)).collect()
}

struct Check {
    key: (&'static str, &'static str),
    package: Package,
    /// The shortest time so far, in seconds.
    best: f64,
}

impl Check {
    fn new(contender: &Contender, (column, is_async, text): Kind) -> Option<Check> {
        let source: &Source = contender.source.as_ref()?;
        let function = text(source)?;
        let mut package = Package::new(&program::identifier(&format!("check-{column}-{}", contender.name)));
        package.depend(source);
        // A crate of its own in the package, so that what it stands on is checked once.
        package.file("src/bin/checked.rs", &program::with_main(source, function, FUNCTIONS, is_async));
        package.build(&["check", "--bins"]);
        Some(Check { key: (contender.name, column), package, best: f64::INFINITY })
    }

    fn run(&mut self) {
        let before = children_time();
        for _ in 0..RUNS {
            self.package.touch("src/bin/checked.rs");
            self.package.build(&["check", "--bins"]);
        }
        self.best = self.best.min((children_time() - before) / f64::from(RUNS));
    }
}
