//! The picture in ARCHITECTURE.md: one chart for each crate, drawn from the imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::rules::is_upward;
use crate::{Crate, Table};

const BEGIN: &str = "<!-- `cargo run -p rooms` writes from here -->";
const END: &str = "<!-- to here -->";

/// Returns the document with the picture between its two markers.
///
/// # Errors
/// If a marker is missing.
pub fn insert(document: &str, picture: &str) -> Result<String, String> {
    let parts = document.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| {
        format!("ARCHITECTURE.md lacks the markers `{BEGIN}` and `{END}`; add them, each on a line")
    })?;
    Ok(format!("{before}{BEGIN}\n{picture}\n{END}{after}"))
}

/// Draws the rooms of several crates.
#[must_use]
pub fn draw(crates: &[(Crate, &Table)]) -> String {
    crates.iter().map(|(krate, table)| chart(krate, table)).collect()
}

fn chart(krate: &Crate, table: &Table) -> String {
    let mut text = format!("\n`{}/src`:\n\n```mermaid\nflowchart TD\n", krate.folder);
    for room in table.rooms.iter().rev() {
        if let Some(door) = krate.front_door(room) {
            let line =
                door.summary.as_deref().map(|line| format!("<br>{}", escaped(line))).unwrap_or_default();
            let _ = writeln!(text, "    room_{room}[\"<b>{room}</b>{line}\"]");
        }
    }
    for (from, to) in reduced(&downward(krate, table)) {
        let _ = writeln!(text, "    room_{} --> room_{}", table.rooms[from], table.rooms[to]);
    }
    for ((from, to), names) in upward(krate, table) {
        let names: Vec<&str> = names.into_iter().collect();
        let _ = writeln!(text, "    room_{from} -. \"{}\" .-> room_{to}", escaped(&names.join(", ")));
    }
    text + "```\n"
}

type Arrows = BTreeSet<(usize, usize)>;

/// Returns the pairs of rooms of which the first imports the second, by their rows.
fn downward(krate: &Crate, table: &Table) -> Arrows {
    let row = |file: usize| table.rooms.iter().position(|room| *room == krate.files[file].room());
    let pairs = krate.imports.iter().filter_map(|import| Some((row(import.from)?, row(import.to)?)));
    pairs.filter(|(from, to)| from > to).collect()
}

/// Returns the imports against the order.
fn upward<'c>(krate: &'c Crate, table: &Table) -> BTreeMap<(&'c str, &'c str), BTreeSet<&'c str>> {
    let mut arrows = BTreeMap::<_, BTreeSet<_>>::new();
    for import in krate.imports.iter().filter(|import| is_upward(krate, table, import)) {
        let pair = (krate.files[import.from].room(), krate.files[import.to].room());
        let name = import.path.rsplit("::").next().unwrap_or_default();
        arrows.entry(pair).or_default().insert(name);
    }
    arrows
}

/// Leaves out each arrow that a longer way of arrows replaces.
fn reduced(arrows: &Arrows) -> Arrows {
    let is_replaced = |&(from, to): &(usize, usize)| {
        arrows.iter().any(|&(start, next)| start == from && next != to && reaches(arrows, next, to))
    };
    arrows.iter().copied().filter(|arrow| !is_replaced(arrow)).collect()
}

fn reaches(arrows: &Arrows, from: usize, to: usize) -> bool {
    from == to || arrows.iter().any(|&(start, next)| start == from && reaches(arrows, next, to))
}

/// Replaces characters that have a meaning in a chart.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' => escaped += "#quot;",
            '#' => escaped += "#35;",
            '<' => escaped += "#lt;",
            '>' => escaped += "#gt;",
            '`' => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}
