//! How long `cargo check` takes for 200 async functions.

use crate::contender::{Contender, Source};
use crate::contenders;
use crate::process::children_time;
use crate::program::{self, Package};
use crate::table::Table;

const FUNCTIONS: usize = 200;

const ROUNDS: u32 = 9;

pub(crate) fn show(contenders: &[Contender]) {
    let instrument = contenders::instrument::contender();
    let contenders = contenders.iter().chain([&instrument]);
    let mut checks: Vec<Check> = contenders.filter_map(Check::new).collect();
    // Everybody in each round: a machine that is slow for a while is so for all.
    for _ in 0..ROUNDS {
        checks.iter_mut().for_each(Check::run);
    }
    let mut table = Table::new(
        "`cargo check` of 200 async functions, everything they depend on checked before: milliseconds of processor \
         time, the best of nine; and how often those of 200 bare functions.",
        &["milliseconds", "times bare"],
    );
    let bare = checks[0].best;
    for Check { name, best, .. } in checks {
        table.row(name, vec![Some(best * 1e3), Some(best / bare)]);
    }
    table.print();
}

struct Check {
    name: &'static str,
    package: Package,
    /// The shortest time so far, in seconds.
    best: f64,
}

impl Check {
    fn new(contender: &Contender) -> Option<Check> {
        let name = contender.name;
        let source: &Source = contender.source.as_ref()?;
        let mut package = Package::new(&format!("check-{}", program::identifier(name)));
        package.depend(source);
        // A crate of its own in the package, so that what it stands on is checked once.
        let function = source.asynchronous?;
        package.file("src/bin/checked.rs", &program::with_main(source, function, FUNCTIONS, true));
        package.build(&["check", "--bins"]);
        Some(Check { name, package, best: f64::INFINITY })
    }

    fn run(&mut self) {
        self.package.touch("src/bin/checked.rs");
        let before = children_time();
        self.package.build(&["check", "--bins"]);
        self.best = self.best.min(children_time() - before);
    }
}
