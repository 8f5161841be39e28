//! The gate: what is deterministic must not get worse than what was recorded.

use std::collections::BTreeMap;
use std::fs;

use crate::question::future_size;
use crate::question::program_bytes::{KINDS, Sizes};
use crate::{callgrind, cases, contender};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded.toml");

/// Who is held to the record.
const NAMES: &str = "bare function|hand-written loop|reattempt, #[retry]|reattempt, Policy::run";

/// Figures by name; less is better.
type Figures = BTreeMap<String, f64>;

/// By how much a figure may exceed the recorded one: what it is rounded by, and what another place in memory costs.
fn margin(name: &str, recorded: f64) -> f64 {
    match name.split(':').next() {
        Some("instructions") => (recorded * 0.02).max(1.0),
        Some("bytes of code") => (recorded * 0.02).max(1.0),
        _ => 0.0,
    }
}

pub(crate) fn record() {
    let mut text = String::from(
        "# What `cargo run --release -p benches -- gate` holds us to, written by `-- record`. Less is better.\n",
    );
    for (name, figure) in measure() {
        text += &format!("{name:?} = {figure}\n");
    }
    fs::write(RECORDED, text).expect("the record can be written");
    println!("recorded in {RECORDED}");
}

pub(crate) fn check() {
    let (recorded, measured) = (recorded(), measure());
    let mut worse = 0;
    for (name, figure) in &measured {
        let Some(&limit) = recorded.get(name) else {
            println!("not recorded: {name} = {figure}");
            worse += 1;
            continue;
        };
        if *figure > limit + margin(name, limit) {
            println!("worse: {name} = {figure}, recorded {limit}, allowed {}", limit + margin(name, limit));
            worse += 1;
        } else if *figure < limit - margin(name, limit) {
            println!("better: {name} = {figure}, recorded {limit}");
        }
    }
    for name in recorded.keys().filter(|name| !measured.contains_key(*name)) {
        println!("no longer measured: {name}");
        worse += 1;
    }
    if worse > 0 {
        println!("{worse} of {} figures do not hold; `-- record` records new ones", measured.len());
        std::process::exit(1);
    }
    println!("all {} figures hold", measured.len());
}

fn recorded() -> Figures {
    let text = fs::read_to_string(RECORDED).expect("a record");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (name, figure) = line.rsplit_once(" = ")?;
            Some((name.trim_matches('"').to_owned(), figure.parse().ok()?))
        })
        .collect()
}

fn measure() -> Figures {
    let contenders = contender::named(NAMES);
    let mut figures = Figures::new();
    for (key, cost) in callgrind::measure(&contenders, &cases(&contenders)) {
        // A timer wheel is not the same in every run; its instructions are shown, not held.
        if !key.contains("paused clock") {
            figures.insert(format!("instructions: {key}"), cost.instructions.round());
        }
        figures.insert(format!("allocations: {key}"), cost.allocations.round());
    }
    for contender in &contenders {
        for (column, size) in future_size::COLUMNS.iter().zip(future_size::sizes(contender)) {
            let Some(size) = size else { continue };
            figures.insert(format!("future size, {column}: {}", contender.name), size);
        }
    }
    for (kind, text) in KINDS {
        let sizes = Sizes::of(&contenders, kind, text);
        for contender in contenders.iter().filter(|contender| contender.retries()) {
            let Some(bytes) = sizes.over_bare_each(contender.name, |bytes| bytes.code) else { continue };
            figures.insert(format!("bytes of code: each {kind} function: {}", contender.name), bytes.round());
        }
    }
    figures
}
