//! The figures that the pages state, against `benches/recorded.toml`. A figure agrees if it is the recorded one, rounded to
//! the places that it is stated with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where a figure comes from.
#[derive(Clone, Copy)]
enum Figure {
    /// A row of the record.
    Row(&'static str),
    /// A row, without what another one has already.
    Less(&'static str, &'static str),
    /// A row for so many of a kind.
    Each(&'static str, f64),
    /// By how many per cent a row is above another one.
    Percent(&'static str, &'static str),
    /// What another crate needs, and so is not recorded.
    Other,
}
use Figure::{Each, Less, Other, Percent, Row};

/// A page, a text with a place for each figure, and the figures.
type Statement = (&'static str, &'static str, &'static [Figure]);

const COSTS: &str = "docs/book/src/costs.md";

const STATEMENTS: &[Statement] = &[
    (
        "README.md",
        "takes {} instructions in an async function; by hand it is {}, with the nearest other crate {}. With `?` in the body it is \
         {}, {} and {}.",
        &[
            Row("instructions: first try, async: reattempt, #[retry]"),
            Row("instructions: first try, async: hand-written loop"),
            Other,
            Row("instructions: first try, async ?: reattempt, #[retry]"),
            Row("instructions: first try, async ?: hand-written loop"),
            Other,
        ],
    ),
    (
        COSTS,
        "| first try succeeds, sync: instructions | {} | {} |",
        &[
            Row("instructions: first try, sync: hand-written loop"),
            Row("instructions: first try, sync: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| the same, async | {} | {} |",
        &[
            Row("instructions: first try, async: hand-written loop"),
            Row("instructions: first try, async: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| the same, async, with `?` in the body | {} | {} |",
        &[
            Row("instructions: first try, async ?: hand-written loop"),
            Row("instructions: first try, async ?: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "sync: mean and worst | 1 | {}, {}; with `?` {}, {} |",
        &[
            Row("ratio to by hand: mean, sync, binary"),
            Row("ratio to by hand: worst, sync, binary"),
            Row("ratio to by hand: mean, sync ?, binary"),
            Row("ratio to by hand: worst, sync ?, binary"),
        ],
    ),
    (
        COSTS,
        "| the same for ten kinds of result, async | 1 | {}, {}; with `?` {}, {} |",
        &[
            Row("ratio to by hand: mean, async, library"),
            Row("ratio to by hand: worst, async, binary"),
            Row("ratio to by hand: mean, async ?, library"),
            Row("ratio to by hand: worst, async ?, binary"),
        ],
    ),
    (
        COSTS,
        "| allocations, first try or retry | {} | {} |",
        &[
            Row("allocations: 2 retries, async, paused clock: hand-written loop"),
            Row("allocations: 2 retries, async, paused clock: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| bytes of the future around an operation of 64, 1024 | {}, {} | {}, {} |",
        &[
            Row("future size, 64 bytes: hand-written loop"),
            Row("future size, 1024 bytes: hand-written loop"),
            Row("future size, 64 bytes: reattempt, #[retry]"),
            Row("future size, 1024 bytes: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| bytes of code that one more sync, async function adds | {}, {} | {}, {} |",
        &[
            Row("bytes of code: each sync function: hand-written loop"),
            Row("bytes of code: each async function: hand-written loop"),
            Row("bytes of code: each sync function: reattempt, #[retry]"),
            Row("bytes of code: each async function: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| bytes that it adds to the loaded program | {}, {} | {}, {} |",
        &[
            Row("bytes loaded: each sync function: hand-written loop"),
            Row("bytes loaded: each async function: hand-written loop"),
            Row("bytes loaded: each sync function: reattempt, #[retry]"),
            Row("bytes loaded: each async function: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "| one delay with jitter: instructions | {} | {} |",
        &[
            Each("instructions: eight delays: hand-written loop", 8.0),
            Each("instructions: eight delays: reattempt, #[retry]", 8.0),
        ],
    ),
    (
        COSTS,
        "A `deadline` takes {} instructions in a sync call and {} in an async one, an `error` {} and {}, `on_retry` {} and {}. A \
         budget that is full of tokens takes {} and {}, the handle of `call = c` {} in both",
        &[
            Less("instructions: argument, sync: deadline", "instructions: argument, sync: no argument"),
            Less("instructions: argument, async: deadline", "instructions: argument, async: no argument"),
            Less("instructions: argument, sync: error", "instructions: argument, sync: no argument"),
            Less("instructions: argument, async: error", "instructions: argument, async: no argument"),
            Less("instructions: argument, sync: on_retry", "instructions: argument, sync: no argument"),
            Less("instructions: argument, async: on_retry", "instructions: argument, async: no argument"),
            Less("instructions: argument, sync: budget, full", "instructions: argument, sync: no argument"),
            Less("instructions: argument, async: budget, full", "instructions: argument, async: no argument"),
            Less("instructions: argument, sync: call", "instructions: argument, sync: no argument"),
        ],
    ),
    (
        COSTS,
        "A `span` that nobody listens to takes {} in a sync call and {} in an async one",
        &[
            Less(
                "instructions: argument, sync: span, nobody listens",
                "instructions: argument, sync: no argument",
            ),
            Less(
                "instructions: argument, async: span, nobody listens",
                "instructions: argument, async: no argument",
            ),
        ],
    ),
    (
        "docs/book/src/attribute.md",
        "a call checks once and makes none: {} [instructions](crate::_documentation::costs) in a sync call and {} in an async one",
        &[
            Less(
                "instructions: argument, sync: span, nobody listens",
                "instructions: argument, sync: no argument",
            ),
            Less(
                "instructions: argument, async: span, nobody listens",
                "instructions: argument, async: no argument",
            ),
        ],
    ),
    (
        COSTS,
        "A first try takes {} instructions in a sync call and {} in an async one; with the attribute it is {} and {}.",
        &[
            Row("instructions: first try, sync: reattempt, Policy::run"),
            Row("instructions: first try, async: reattempt, Policy::run"),
            Row("instructions: first try, sync: reattempt, #[retry]"),
            Row("instructions: first try, async: reattempt, #[retry]"),
        ],
    ),
    (
        COSTS,
        "- A delay takes {} % more: its jitter",
        &[Percent(
            "instructions: eight delays: reattempt, #[retry]",
            "instructions: eight delays: hand-written loop",
        )],
    ),
];

/// Rows of the first table whose figures are measured and not recorded: times, a paused clock, and the memory of a task.
const NOT_RECORDED: [&str; 4] = [
    "| a retry under tokio's paused clock: instructions |",
    "| bytes of memory of a waiting task |",
    "| `cargo check` of 200 async functions,",
    "| the same, sync |",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
        .expect("the file can be read")
}

fn in_one_line(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn recorded() -> BTreeMap<String, f64> {
    let record = read("benches/recorded.toml");
    let row = |line: &str| {
        let (name, figure) = line.strip_prefix('"')?.split_once("\" = ")?;
        Some((name.to_owned(), figure.parse().ok()?))
    };
    record.lines().filter_map(row).collect()
}

fn figure(from: Figure, recorded: &BTreeMap<String, f64>) -> Option<f64> {
    let row = |name: &str| *recorded.get(name).unwrap_or_else(|| panic!("`{name}` is not recorded"));
    match from {
        Row(name) => Some(row(name)),
        Less(name, other) => Some(row(name) - row(other)),
        Each(name, times) => Some(row(name) / times),
        Percent(name, other) => Some((row(name) / row(other) - 1.0) * 100.0),
        Other => None,
    }
}

/// The figures that stand in the places of a text.
fn stated<'a>(page: &'a str, text: &str) -> Option<Vec<&'a str>> {
    let pieces: Vec<_> = text.split("{}").collect();
    page.match_indices(pieces[0]).find_map(|(start, _)| {
        let mut rest = &page[start + pieces[0].len()..];
        pieces[1..]
            .iter()
            .map(|piece| {
                let is_part = |character: char| character.is_ascii_digit() || character == '.';
                let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
                // A full stop may end the sentence.
                let (number, after) = rest.split_at(rest[..end].trim_end_matches('.').len());
                rest = after.strip_prefix(piece)?;
                Some(number)
            })
            .collect()
    })
}

/// Whether a figure is this one, rounded to its places.
fn agrees(stated: &str, figure: f64) -> bool {
    let places = stated.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let unit = 10_f64.powi(-i32::try_from(places).expect("there are few"));
    stated.parse::<f64>().is_ok_and(|stated| (stated - figure).abs() <= unit / 2.0 + 1e-9)
}

#[test]
fn the_pages_state_the_recorded_figures() {
    let recorded = recorded();
    let mut wrong = Vec::new();
    for (page, text, figures) in STATEMENTS {
        let content = in_one_line(&read(page));
        let Some(stated) = stated(&content, text) else {
            wrong.push(format!("{page} does not state: {text}"));
            continue;
        };
        assert_eq!(stated.len(), figures.len(), "{text}");
        for (stated, from) in stated.iter().zip(*figures) {
            if let Some(figure) = figure(*from, &recorded)
                && !agrees(stated, figure)
            {
                wrong.push(format!("{page} states {stated}, recorded is {figure}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

#[test]
fn every_row_of_the_table_is_compared_or_known_not_to_be_recorded() {
    let costs = read(COSTS);
    let rows = costs
        .lines()
        .skip_while(|line| !line.starts_with("|--"))
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let is_compared = |row: &&str| {
        STATEMENTS.iter().any(|(page, text, _)| *page == COSTS && stated(row, text).is_some())
            || NOT_RECORDED.iter().any(|start| row.starts_with(start))
    };
    let missing: Vec<_> = rows.filter(|row| !is_compared(row)).collect();
    assert!(missing.is_empty(), "no statement has these rows: {missing:#?}");
}

#[test]
fn figures_agree_to_their_last_place() {
    assert!(agrees("86", 86.0) && agrees("48", 48.375) && agrees("1.03", 1.025) && agrees("0.94", 0.938));
    assert!(!agrees("86", 87.0) && !agrees("1.02", 1.03) && !agrees("", 0.0));
    assert_eq!(stated("it takes 25 or 1.5.", "takes {} or {}."), Some(vec!["25", "1.5"]));
    assert_eq!(stated("it takes 25 and 1.5.", "takes {} or {}."), None);
}
