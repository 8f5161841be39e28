//! A fleet of clients that contend for one resource, and what each kind of jitter makes of it.
//!
//! Run it with `cargo run --release --example fleet`. It prints two tables, calls and time, and draws them as charts; it
//! takes a few seconds. `-- --clients 1000000` runs one fleet of that size instead, which takes a minute or two.

mod chart;
mod model;
mod options;

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use chart::{Chart, Series};
use model::{Estimate, KINDS, Kind, Point};
use options::{Compare, One, Options};
use progress::Progress;

/// The sizes of the article's fleets.
const SIZES: [u32; 10] = [10, 30, 50, 70, 90, 110, 130, 150, 170, 190];

fn main() -> Result<(), Box<dyn Error>> {
    match Options::from_command_line() {
        Ok(Options::Compare(compare)) => run_all(&compare),
        Ok(Options::One(one)) => {
            run_one(&one);
            Ok(())
        }
        Err(message) => {
            eprintln!("{message}\n\n{}", options::USAGE);
            std::process::exit(2);
        }
    }
}

/// Every kind with fleets of every size: tables and charts.
fn run_all(options: &Compare) -> Result<(), Box<dyn Error>> {
    let progress = Progress::new((KINDS.len() * SIZES.len()) as u64, "points");
    let measure = |kind, clients| {
        let point = Point::measure(kind, clients, options.trials, options.seed);
        progress.step();
        point
    };
    let measured = KINDS.map(|kind| (kind, SIZES.map(|clients| measure(kind, clients))));
    drop(progress);
    println!("{} trials of each, seed {}; mean ± standard error\n", options.trials, options.seed);
    print_table("calls", &measured, |point| show(point.calls, 0));
    print_table("seconds", &measured, |point| show(point.time, 2));
    let file = |name| options.charts.join(name);
    draw(&file("fleet-calls.svg"), "Calls until every client has written", "calls", &measured, |p| p.calls)?;
    draw(&file("fleet-time.svg"), "Time until every client has written", "seconds", &measured, |p| p.time)
}

type Measured = [(Kind, [Point; SIZES.len()])];

fn show(estimate: Estimate, decimals: usize) -> String {
    let Estimate { mean, error } = estimate;
    // One decimal more than the mean has: it is about that much smaller.
    format!("{mean:.decimals$} ± {error:.*}", decimals + 1)
}

/// A table that reads well here and in Markdown.
fn print_table(unit: &str, measured: &Measured, cell: fn(&Point) -> String) {
    let row = |first: &str, cells: Vec<String>| {
        let cells: Vec<_> = cells.iter().map(|cell| format!("{cell:>14}")).collect();
        println!("| {first:>7} | {} |", cells.join(" | "));
    };
    println!("{unit}:\n");
    row("clients", measured.iter().map(|(kind, _)| kind.name.to_owned()).collect());
    row("---:", vec!["---:".to_owned(); measured.len()]);
    for (i, clients) in SIZES.iter().enumerate() {
        row(&clients.to_string(), measured.iter().map(|(_, points)| cell(&points[i])).collect());
    }
    println!();
}

fn draw(
    file: &Path,
    title: &str,
    unit: &str,
    measured: &Measured,
    value: fn(&Point) -> Estimate,
) -> Result<(), Box<dyn Error>> {
    let series = measured.iter().map(|(kind, points)| Series {
        name: kind.name,
        points: points.iter().map(|point| (f64::from(point.clients), value(point).mean)).collect(),
    });
    Chart { title, unit, series: series.collect() }.draw(file)?;
    println!("wrote {}", file.display());
    Ok(())
}

/// One fleet, to its end or for a while, and what it took to simulate it.
#[expect(clippy::disallowed_methods, reason = "the simulation itself is timed")]
fn run_one(options: &One) {
    let started = Instant::now();
    let mut fleet = model::fleet(options.clients, options.policy(), options.seed);
    let progress = Progress::new(u64::from(options.clients), "clients done");
    while fleet.report().now < options.limit && fleet.step() {
        progress.reach(u64::from(fleet.report().done));
    }
    drop(progress);
    let (report, took) = (fleet.report(), started.elapsed());
    println!("{} clients, {}: {}", options.clients, options.kind.name, options.policy_text());
    println!("  done       {} clients after {}", report.done, human(report.completed));
    println!(
        "  calls      {} ({:.1} a client)",
        report.calls,
        report.calls as f64 / f64::from(options.clients)
    );
    println!(
        "  simulated  {} events in {:.1} s, {:.0} events a second",
        report.events,
        took.as_secs_f64(),
        report.events as f64 / took.as_secs_f64()
    );
    match peak_memory() {
        Some(mebibytes) => println!("  memory     {mebibytes:.0} MiB at the most"),
        None => println!("  memory     not told by this system"),
    }
}

fn human(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 3600.0 { format!("{seconds:.1} s") } else { format!("{:.1} h", seconds / 3600.0) }
}

/// The most memory that this process has had, in MiB, where Linux tells it.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}
