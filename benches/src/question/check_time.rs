//! How long `cargo check` takes for 200 async functions.

use crate::contender::{Contender, Source};
use crate::contenders;
use crate::process::children_time;
use crate::program::{self, Package};
use crate::table::Table;

const FUNCTIONS: usize = 200;

pub(crate) fn show(contenders: &[Contender]) {
    let mut table = Table::new(
        "`cargo check` of 200 async functions, everything they depend on checked before: milliseconds of processor \
         time, the best of five; and how often those of 200 bare functions.",
        &["milliseconds", "times bare"],
    );
    let mut bare = None;
    for contender in contenders.iter().chain([&contenders::instrument::contender()]) {
        let Some(source) = &contender.source else { continue };
        let Some(function) = source.asynchronous else { continue };
        let time = measure(contender.name, source, function);
        let bare = *bare.get_or_insert(time);
        table.row(contender.name, vec![Some(time), Some(time / bare)]);
    }
    table.print();
}

fn measure(name: &str, source: &Source, function: &str) -> f64 {
    let mut package = Package::new(&format!("check-{}", program::identifier(name)));
    package.depend(source);
    // A crate of its own in the package, so that what it stands on is checked once.
    package.file("src/bin/checked.rs", &program::with_main(source, function, FUNCTIONS, true));
    package.build(&["check", "--bins"]);
    let best = (0..5)
        .map(|_| {
            package.touch("src/bin/checked.rs");
            let before = children_time();
            package.build(&["check", "--bins"]);
            children_time() - before
        })
        .fold(f64::INFINITY, f64::min);
    best * 1e3
}
