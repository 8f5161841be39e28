//! The `Display` of [`StatsSnapshot`], which writes the counts as a table.

use core::fmt::{self, Display};

use super::{OperationStats, StatsSnapshot};

const HEADINGS: [&str; 6] = ["operation", "retried", "retries", "recovered", "gave up", "mean delay"];

/// The number of errors that are shown for an operation.
const ERRORS: usize = 3;

impl Display for StatsSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.operations.iter().map(row).collect();
        let mut widths = HEADINGS.map(width);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(self::width(cell));
            }
        }
        line(f, &widths, &HEADINGS)?;
        for (operation, row) in self.operations.iter().zip(&rows) {
            line(f, &widths, row)?;
            details(f, operation)?;
        }
        Ok(())
    }
}

fn row(operation: &OperationStats) -> [String; HEADINGS.len()] {
    [
        operation.operation.to_owned(),
        operation.calls_retried.to_string(),
        operation.retries.to_string(),
        operation.recovered.to_string(),
        operation.total_give_ups().to_string(),
        format!("{:.1?}", operation.mean_delay()),
    ]
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
        writeln!(f, "  gave up: {count} × {reason}")?;
    }
    for error in operation.errors.iter().take(ERRORS) {
        // With an overcount, the count is an upper bound.
        let bound = if error.overcount > 0 { "≤ " } else { "" };
        writeln!(f, "  error: {bound}{} × {}", error.count, OneLine(&error.error))?;
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
