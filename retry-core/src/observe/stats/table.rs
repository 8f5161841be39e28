//! The `Display` of [`StatsSnapshot`], which writes the counts as a table.

use core::fmt::{self, Display};

#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
use super::FleetStats;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::{BreakerStats, BudgetStats, ThrottleStats};
use super::{OperationStats, StatsSnapshot};

const OPERATIONS: [&str; 6] = ["operation", "retried", "retries", "recovered", "gave up", "mean delay"];
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
const BREAKERS: [&str; 4] = ["breaker", "state", "opened", "refused"];
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
const BUDGETS: [&str; 4] = ["budget", "balance", "withdrawn", "refused"];
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
const THROTTLES: [&str; 3] = ["throttle", "refused", "probability"];
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
const FLEETS: [&str; 4] = ["fleet", "store", "lost", "found"];

/// The widest column. A longer text is written beyond it. Formatting panics with a width above 65535.
const WIDEST: usize = 200;

/// The number of errors that are shown for an operation.
const ERRORS: usize = 3;

impl Display for StatsSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table(f, &OPERATIONS, &self.operations, operation, details)?;
        #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
        {
            table_if_any(f, &BREAKERS, &self.breakers, breaker)?;
            table_if_any(f, &BUDGETS, &self.budgets, budget)?;
            table_if_any(f, &THROTTLES, &self.throttles, throttle)?;
            #[cfg(feature = "fleet")]
            table_if_any(f, &FLEETS, &self.fleets, fleet)?;
        }
        Ok(())
    }
}

/// Writes a table after an empty line, unless it would have no rows.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
fn table_if_any<S, const COLUMNS: usize>(
    f: &mut fmt::Formatter<'_>,
    headings: &[&str; COLUMNS],
    counts: &[S],
    row: fn(&S) -> [String; COLUMNS],
) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(f)?;
    table(f, headings, counts, row, |_, _| Ok(()))
}

/// Writes a table with a row for each of `counts`, and its details below each row.
fn table<S, const COLUMNS: usize>(
    f: &mut fmt::Formatter<'_>,
    headings: &[&str; COLUMNS],
    counts: &[S],
    row: fn(&S) -> [String; COLUMNS],
    details: fn(&mut fmt::Formatter<'_>, &S) -> fmt::Result,
) -> fmt::Result {
    let rows: Vec<_> = counts.iter().map(row).collect();
    let mut widths = headings.map(width);
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(self::width(cell).min(WIDEST));
        }
    }
    line(f, &widths, headings)?;
    for (counted, row) in counts.iter().zip(&rows) {
        line(f, &widths, row)?;
        details(f, counted)?;
    }
    Ok(())
}

fn operation(operation: &OperationStats) -> [String; OPERATIONS.len()] {
    [
        operation.operation.to_owned(),
        operation.calls_retried.to_string(),
        operation.retries.to_string(),
        operation.recovered.to_string(),
        operation.total_give_ups().to_string(),
        format!("{:.1?}", operation.mean_delay()),
    ]
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
fn breaker(breaker: &BreakerStats) -> [String; BREAKERS.len()] {
    let BreakerStats { breaker: name, state, refused, .. } = breaker;
    [OneLine(name).to_string(), state.to_string(), breaker.opened().to_string(), refused.to_string()]
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
fn budget(budget: &BudgetStats) -> [String; BUDGETS.len()] {
    let BudgetStats { budget: name, balance, withdrawn, refused } = budget;
    [OneLine(name).to_string(), balance.to_string(), withdrawn.to_string(), refused.to_string()]
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
fn throttle(throttle: &ThrottleStats) -> [String; THROTTLES.len()] {
    let ThrottleStats { throttle: name, refused, probability } = throttle;
    [OneLine(name).to_string(), refused.to_string(), format!("{:.0}%", probability * 100.0)]
}

#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
fn fleet(fleet: &FleetStats) -> [String; FLEETS.len()] {
    let FleetStats { fleet: name, is_away, lost, found } = fleet;
    let store = if *is_away { "away" } else { "there" };
    [OneLine(name).to_string(), store.to_owned(), lost.to_string(), found.to_string()]
}

/// Writes one line of the table. The first column is aligned to the left, the others to the right.
fn line<T: AsRef<str>>(f: &mut fmt::Formatter<'_>, widths: &[usize], cells: &[T]) -> fmt::Result {
    for (column, (width, cell)) in widths.iter().zip(cells).enumerate() {
        let cell = cell.as_ref();
        match column {
            0 => write!(f, "{cell:<width$}")?,
            _ => write!(f, "  {cell:>width$}")?,
        }
    }
    writeln!(f)
}

fn details(f: &mut fmt::Formatter<'_>, operation: &OperationStats) -> fmt::Result {
    for (reason, count) in &operation.gave_up {
        writeln!(f, "  gave up: {count} × {}", reason.as_str())?;
    }
    for error in operation.errors.iter().take(ERRORS) {
        // With an overcount, the count is an upper bound.
        let bound = if error.overcount > 0 { "≤ " } else { "" };
        writeln!(f, "  error: {bound}{} × {}", error.count, OneLine(&error.error))?;
    }
    if operation.hedges_started > 0 {
        writeln!(f, "  hedged: {} × started, {} × won", operation.hedges_started, operation.hedges_won)?;
    }
    Ok(())
}

/// A text in which a single space replaces each run of white space, line breaks included.
struct OneLine<'a>(&'a str);

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, word) in self.0.split_whitespace().enumerate() {
            let space = if position > 0 { " " } else { "" };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

fn width(cell: impl AsRef<str>) -> usize {
    cell.as_ref().chars().count()
}
