//! The gate: what is deterministic must not get worse than what was recorded.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;

use crate::contender::Contender;
use crate::question::program_bytes::{KINDS, PARTS, Sizes};
use crate::question::{arguments, future_size, layouts};
use crate::{callgrind, cases, contenders};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded.toml");

/// What the record begins with; the compiler's version follows.
const HEADING: &str = "\
    # What `cargo run --release -p benches -- gate` holds us to, written by `-- record`. Less is better.\n\
    # Other compilers have other figures; these are of ";

/// Who is held to the record.
const NAMES: &str = "bare function|hand-written loop|reattempt, #[retry]|reattempt, Policy::run";

/// Figures by name; less is better.
type Figures = BTreeMap<String, f64>;

/// By how much a figure may exceed the recorded one.
fn margin(name: &str, recorded: f64) -> f64 {
    match name.split(':').next() {
        Some("instructions") => (recorded * 0.02).max(1.0),
        Some("ratio to by hand") => 0.01,
        Some("bytes of code" | "bytes loaded") => recorded * 0.02,
        _ => 0.0,
    }
}

pub(crate) fn record() {
    let mut text = format!("{HEADING}{}\n", compiler());
    for (name, figure) in measure() {
        writeln!(text, "{name:?} = {figure}").expect("a string takes everything");
    }
    fs::write(RECORDED, text).expect("the record can be written");
    println!("recorded in {RECORDED}");
}

pub(crate) fn check() {
    let text = fs::read_to_string(RECORDED).expect("a record");
    let complaints = compare(&figures(&text), &measure());
    for complaint in &complaints {
        println!("{complaint}");
    }
    if complaints.is_empty() {
        println!("every figure is as recorded, or better");
        return;
    }
    if !text.contains(&compiler()) {
        println!("they were recorded with another compiler; this is {}", compiler());
    }
    println!("what is wanted all the same is recorded by `cargo run --release -p benches -- record`");
    std::process::exit(1);
}

/// What does not hold. Tells of what has become better on the way.
fn compare(recorded: &Figures, measured: &Figures) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, &figure) in measured {
        match recorded.get(name) {
            None => complaints.push(format!("not recorded: {name} = {figure}")),
            Some(&limit) if figure > limit + margin(name, limit) => {
                let allowed = limit + margin(name, limit);
                complaints.push(format!("worse: {name} = {figure}; recorded {limit}, allowed {allowed}"));
            }
            Some(&limit) if figure < limit => println!("better: {name} = {figure}; recorded {limit}"),
            Some(_) => {}
        }
    }
    let gone = recorded.keys().filter(|name| !measured.contains_key(*name));
    complaints.extend(gone.map(|name| format!("no longer measured: {name}")));
    complaints
}

/// The record's lines, all of the form `"name" = figure`.
fn figures(text: &str) -> Figures {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let figures = lines.filter_map(|line| {
        let (name, figure) = line.rsplit_once(" = ")?;
        Some((name.trim_matches('"').to_owned(), figure.parse().ok()?))
    });
    figures.collect()
}

/// The version of the compiler.
fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output().expect("a compiler");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn measure() -> Figures {
    let contenders = contenders::named(NAMES);
    let mut figures = Figures::new();
    figures.extend(calls(&contenders));
    figures.extend(layout_ratios());
    figures.extend(argument_costs());
    figures.extend(future_sizes(&contenders));
    figures.extend(program_bytes(&contenders));
    figures
}

fn calls(contenders: &[Contender]) -> Figures {
    let mut figures = Figures::new();
    for (key, cost) in callgrind::measure(NAMES, &cases(contenders)) {
        // A timer wheel is not the same in every run; its instructions are shown, not held.
        if !key.contains("paused clock") {
            figures.insert(format!("instructions: {key}"), cost.instructions.round());
        }
        figures.insert(format!("allocations: {key}"), cost.allocations.round());
    }
    figures
}

fn layout_ratios() -> Figures {
    let mut figures = Figures::new();
    for group in layouts::measure() {
        for (what, ratio) in [("mean", group.mean()), ("worst", group.worst())] {
            figures.insert(format!("ratio to by hand: {what}, {}", group.title), (ratio * 1e3).round() / 1e3);
        }
    }
    figures
}

fn argument_costs() -> Figures {
    let rows = arguments::measure();
    let figures = rows.iter().flat_map(|row| {
        let figures = arguments::COLUMNS.iter().zip(row.figures);
        figures.filter_map(|(column, figure)| {
            Some((format!("instructions: argument, {column}: {}", row.name), figure?))
        })
    });
    figures.collect()
}

fn future_sizes(contenders: &[Contender]) -> Figures {
    let mut figures = Figures::new();
    for contender in contenders {
        for (column, size) in future_size::COLUMNS.iter().zip(future_size::sizes(contender)) {
            let Some(size) = size else { continue };
            figures.insert(format!("future size, {column}: {}", contender.name), size);
        }
    }
    figures
}

fn program_bytes(contenders: &[Contender]) -> Figures {
    let mut figures = Figures::new();
    for (kind, text) in KINDS {
        let sizes = Sizes::of(contenders, kind, text);
        for contender in contenders.iter().filter(|contender| contender.retries()) {
            for (what, which) in PARTS {
                let Some(bytes) = sizes.over_bare_each(contender.name, which) else { continue };
                let name = format!("bytes {what}: each {kind} function: {}", contender.name);
                figures.insert(name, bytes.round());
            }
        }
    }
    figures
}
