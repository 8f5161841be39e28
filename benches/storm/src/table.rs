//! The tables, as Markdown that also reads well in a terminal.

use crate::measure::{Measured, Summary};
use crate::model::figures::Figures;

/// A column: its title and the cell of a row.
pub(crate) type Column<R> = (&'static str, fn(&R) -> String);

/// What clients make of trouble that fails calls.
pub(crate) const TROUBLE: &[Column<Measured>] = &[
    ("client", |client| client.name.to_owned()),
    ("answered meanwhile", |client| percent(client.summary(|run| run.answered_during).mean)),
    ("of capacity", |client| with_least(client, |run| run.of_capacity)),
    ("requests per answer meanwhile", |client| ratio_with_most(client, |run| run.sent_during)),
    ("in the whole run", |client| ratio_with_most(client, |run| run.sent_in_all)),
    ("recovered after", |client| recovery(&client.recovery(), client)),
    ("answered later", |client| with_least(client, |run| run.answered_after)),
    ("p50", |client| millis(client.time(0.5))),
    ("p99", |client| millis(client.time(0.99))),
];

/// What clients make of a healthy server.
pub(crate) const HEALTHY: &[Column<Measured>] = &[
    ("client", |client| client.name.to_owned()),
    ("answered", |client| percent(client.summary(|run| run.answered_during).least)),
    ("refused", |client| percent(client.summary(|run| run.refused).most)),
    ("requests per call", |client| calls_with_most(client)),
    ("p50", |client| millis(client.time(0.5))),
    ("p99", |client| millis(client.time(0.99))),
];

/// A client beside one that does not hedge, on a healthy server.
pub(crate) struct Slow {
    pub(crate) client: Measured,
    pub(crate) healthy_p99: f64,
}

/// What clients make of slow answers.
pub(crate) const SLOW: &[Column<Slow>] = &[
    ("slow requests", |row| row.client.scenario.name.to_owned()),
    ("hedge", |row| row.client.name.to_owned()),
    ("p50", |row| millis(row.client.time(0.5))),
    ("p95", |row| millis(row.client.time(0.95))),
    ("p99", |row| millis(row.client.time(0.99))),
    ("of the healthy p99", |row| format!("{:.2}", row.client.time(0.99) / row.healthy_p99)),
    ("p99.9", |row| millis(row.client.time(0.999))),
    ("requests per call", |row| calls_with_most(&row.client)),
];

/// Returns the table as Markdown.
pub(crate) fn markdown<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let titles = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let mut cells: Vec<Vec<String>> = vec![titles];
    cells.extend(rows.iter().map(|row| columns.iter().map(|(_, cell)| cell(row)).collect()));
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let rule = widths.iter().enumerate();
    let rule: Vec<String> = rule
        .map(|(column, &width)| if column == 0 { "-".repeat(width) } else { "-".repeat(width - 1) + ":" })
        .collect();
    cells.insert(1, rule);
    cells.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
        if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
    });
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

pub(crate) fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

/// `95.6 % (95.1)`, the mean and the worst.
fn with_least(client: &Measured, value: fn(&Figures) -> f64) -> String {
    let Summary { mean, least, .. } = client.summary(value);
    match client.runs.len() {
        _ if !mean.is_finite() => "–".to_owned(),
        1 => percent(mean),
        _ => format!("{} ({:.1})", percent(mean), least * 100.0),
    }
}

/// `1.20 (1.22)`, the mean and the worst.
fn ratio_with_most(client: &Measured, value: fn(&Figures) -> f64) -> String {
    let Summary { mean, most, .. } = client.summary(value);
    match client.runs.len() {
        _ if !mean.is_finite() => "–".to_owned(),
        1 => format!("{mean:.2}"),
        _ => format!("{mean:.2} ({most:.2})"),
    }
}

fn calls_with_most(client: &Measured) -> String {
    let Summary { mean, most, .. } = client.summary(|run| run.sent_per_call);
    format!("{mean:.3} ({most:.3})")
}

/// `1.9 s (2.4)`, the mean and the worst; or how many runs do not recover.
pub(crate) fn recovery(summary: &Summary, client: &Measured) -> String {
    let never = client.runs.iter().filter(|run| run.recovery.is_none()).count();
    if never == client.runs.len() {
        "never".to_owned()
    } else if never > 0 {
        format!("never in {never} of {}", client.runs.len())
    } else if client.runs.len() == 1 {
        format!("{:.1} s", summary.mean)
    } else {
        format!("{:.1} s ({:.1})", summary.mean, summary.most)
    }
}

pub(crate) fn millis(seconds: f64) -> String {
    if seconds.is_nan() { "–".to_owned() } else { format!("{:.0} ms", seconds * 1e3) }
}
