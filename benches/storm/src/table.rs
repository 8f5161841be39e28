//! The tables, as Markdown that also reads well in a terminal.

use crate::measure::Measured;
use crate::model::figures::{Figures, quantile};

/// A column: its title, and the cell of a client. The slow tables compare with the first client of a healthy server.
pub(crate) struct Column {
    title: &'static str,
    cell: fn(&Measured, &Measured) -> String,
}

/// What clients make of trouble that fails calls.
pub(crate) const TROUBLE: &[Column] = &[
    Column { title: "client", cell: |client, _| client.name.to_owned() },
    Column { title: "answered meanwhile", cell: |client, _| percent(of(client, |run| run.answered_during)) },
    Column { title: "of capacity", cell: |client, _| with_least(client, |run| run.of_capacity) },
    Column {
        title: "requests per answer meanwhile",
        cell: |client, _| ratio_with_most(client, |run| run.sent_during),
    },
    Column { title: "in the whole run", cell: |client, _| ratio_with_most(client, |run| run.sent_in_all) },
    Column { title: "recovered after", cell: recovery },
    Column { title: "answered later", cell: |client, _| with_least(client, |run| run.answered_after) },
    Column { title: "p50", cell: |client, _| millis(&client.times, 0.5) },
    Column { title: "p99", cell: |client, _| millis(&client.times, 0.99) },
];

/// What clients make of slow answers.
pub(crate) const SLOW: &[Column] = &[
    Column { title: "client", cell: |client, _| client.name.to_owned() },
    Column { title: "p50", cell: |client, _| millis(&client.times, 0.5) },
    Column { title: "p95", cell: |client, _| millis(&client.times, 0.95) },
    Column { title: "p99", cell: |client, _| millis(&client.times, 0.99) },
    Column {
        title: "p99 to healthy p99",
        cell: |client, healthy| {
            format!("{:.2}", quantile(&client.times, 0.99) / quantile(&healthy.times, 0.99))
        },
    },
    Column { title: "p99.9", cell: |client, _| millis(&client.times, 0.999) },
    Column {
        title: "requests per call",
        cell: |client, _| format!("{:.3}", of(client, |run| run.sent_per_call).mean),
    },
    Column { title: "most", cell: |client, _| format!("{:.3}", of(client, |run| run.sent_per_call).most) },
    Column { title: "answered", cell: |client, _| percent(of(client, |run| run.answered_during)) },
    Column { title: "refused", cell: |client, _| percent(of(client, |run| run.refused)) },
];

/// Returns the table as Markdown.
pub(crate) fn markdown(columns: &[Column], clients: &[Measured], healthy: &Measured) -> String {
    let mut rows = vec![columns.iter().map(|column| column.title.to_owned()).collect::<Vec<_>>()];
    rows.extend(
        clients.iter().map(|client| columns.iter().map(|column| (column.cell)(client, healthy)).collect()),
    );
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().enumerate().map(|(column, width)| {
        if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
    });
    let rule: Vec<String> = rule.collect();
    let mut text = line(&rows[0]) + &line(&rule);
    rows[1..].iter().for_each(|row| text += &line(row));
    text
}

/// A figure of all runs.
struct Summary {
    mean: f64,
    least: f64,
    most: f64,
}

fn of(client: &Measured, value: fn(&Figures) -> f64) -> Summary {
    let values = || client.runs.iter().map(value);
    Summary {
        mean: values().sum::<f64>() / client.runs.len() as f64,
        least: values().fold(f64::INFINITY, f64::min),
        most: values().fold(f64::NEG_INFINITY, f64::max),
    }
}

fn percent(summary: Summary) -> String {
    format!("{:.1} %", summary.mean * 100.0)
}

fn with_least(client: &Measured, value: fn(&Figures) -> f64) -> String {
    let summary = of(client, value);
    if summary.mean.is_nan() {
        return "–".to_owned();
    }
    format!("{:.1} % ({:.1})", summary.mean * 100.0, summary.least * 100.0)
}

fn ratio_with_most(client: &Measured, value: fn(&Figures) -> f64) -> String {
    let summary = of(client, value);
    if !summary.mean.is_finite() {
        return "–".to_owned();
    }
    format!("{:.2} ({:.2})", summary.mean, summary.most)
}

/// `1.9 s (2.4)`, the mean and the worst; or how many runs do not recover.
fn recovery(client: &Measured, _: &Measured) -> String {
    let recovered: Vec<f64> = client.runs.iter().filter_map(|run| run.recovery).collect();
    let never = client.runs.len() - recovered.len();
    if recovered.is_empty() {
        return "never".to_owned();
    }
    let mean = recovered.iter().sum::<f64>() / recovered.len() as f64;
    if never > 0 {
        return format!("{mean:.1} s (never: {never} of {})", client.runs.len());
    }
    format!("{mean:.1} s ({:.1})", recovered.iter().copied().fold(0.0, f64::max))
}

fn millis(times: &[f64], rank: f64) -> String {
    if times.is_empty() { "–".to_owned() } else { format!("{:.0} ms", quantile(times, rank) * 1e3) }
}
