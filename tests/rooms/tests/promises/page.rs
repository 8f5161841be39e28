//! Reads the tables of the page.

use std::collections::BTreeSet;

/// A row: a promise, and the tests that hold it.
#[derive(Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) promise: String,
    pub(crate) tests: Vec<String>,
}

/// The rows of all tables of the page with a column `promise`.
pub(crate) fn rows(page: &str) -> Vec<Row> {
    let mut in_table = false;
    let mut rows = Vec::new();
    for (index, line) in page.lines().enumerate() {
        let Some(cells) = line.strip_prefix('|') else {
            in_table = false;
            continue;
        };
        let cells = cells.strip_suffix('|').unwrap_or(cells);
        let (promise, tests) = cells.split_once(" | ").unwrap_or((cells, ""));
        let promise = promise.trim();
        if promise == "promise" {
            in_table = true;
        } else if in_table && !line.starts_with("|--") {
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            rows.push(Row { line: index + 1, promise: promise.to_owned(), tests });
        }
    }
    rows
}

pub(crate) fn without_test(rows: &[Row]) -> Vec<String> {
    rows.iter().filter(|row| row.tests.is_empty()).map(described).collect()
}

/// The rows whose promise a row above has, whatever the spaces and the case.
pub(crate) fn doubled(rows: &[Row]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let normal = |row: &Row| row.promise.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    rows.iter().filter(|row| !seen.insert(normal(row))).map(described).collect()
}

fn described(row: &Row) -> String {
    format!("{}: {}", row.line, row.promise)
}
