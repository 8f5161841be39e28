//! The order of the rooms, and no circles in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::{Crate, File, Import, Table};

/// Finds rooms that the table does not have, rows without a room, and front doors whose first line is no sentence.
#[must_use]
pub fn rows(krate: &Crate, table: &Table) -> Vec<String> {
    let folder = &krate.folder;
    let mut found = Vec::new();
    let rooms: BTreeSet<&str> = krate.files.iter().filter(|file| !file.is_test).map(File::room).collect();
    for room in &rooms {
        if !table.rooms.contains(room) {
            found.push(format!(
                "{folder}/src/{room}.rs: the room `{room}` is in no row of tests/rooms/src/table.rs; move it into one \
                 of the rooms there, or add a row at its place in the order"
            ));
        }
    }
    for room in table.rooms {
        match krate.front_door(room) {
            None => found.push(format!(
                "{folder}/src/{room}.rs: the room `{room}` of tests/rooms/src/table.rs has no front door; write the \
                 file, or remove the row"
            )),
            Some(door) if door.summary.as_ref().is_none_or(|line| !line.ends_with('.')) => found.push(format!(
                "{folder}/src/{}:1: the first line of the front door's `//!` is no sentence; write in one line what the \
                 room is for",
                door.path
            )),
            Some(_) => {}
        }
    }
    found
}

/// Finds imports of later rooms that are no exception, and exceptions that nothing needs.
#[must_use]
pub fn upward(krate: &Crate, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let mut needed = vec![false; table.upward.len()];
    for import in &krate.imports {
        if !is_upward(krate, table, import) {
            continue;
        }
        let (from, to) = (&krate.files[import.from], &krate.files[import.to]);
        let name = import.path.rsplit("::").next().unwrap_or_default();
        let exception = table
            .upward
            .iter()
            .position(|up| up.file == from.path && up.room == to.room() && up.name == name);
        if let Some(exception) = exception {
            needed[exception] = true;
            continue;
        }
        let below: Vec<&str> = table.rooms.iter().copied().take_while(|room| *room != from.room()).collect();
        let below =
            if below.is_empty() { "no room".to_owned() } else { format!("only {}", below.join(", ")) };
        found.push(format!(
            "{}:{}: `{}` imports {}, of the room `{}`; `{}` may import {below}: move what it needs down, or the code \
             that needs it up",
            krate.full_path(import.from),
            import.line,
            import.path,
            to.path,
            to.room(),
            from.room(),
        ));
    }
    for (up, _) in table.upward.iter().zip(needed).filter(|(_, needed)| !needed) {
        found.push(format!(
            "tests/rooms/src/table.rs: {}/src/{} does not import `{}` of `{}`; remove the exception",
            krate.folder, up.file, up.name, up.room
        ));
    }
    found
}

/// Whether an import runs against the order of the rooms.
pub(crate) fn is_upward(krate: &Crate, table: &Table, import: &Import) -> bool {
    let row = |file: usize| table.rooms.iter().position(|room| *room == krate.files[file].room());
    matches!((row(import.from), row(import.to)), (Some(from), Some(to)) if from < to)
}

/// Finds files of one room that import each other in a circle and are no exception, and exceptions that nothing needs.
#[must_use]
pub fn circles(krate: &Crate, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let mut needed = vec![false; table.circles.len()];
    for circle in components(krate) {
        let paths: Vec<&str> = circle.iter().map(|file| krate.files[*file].path.as_str()).collect();
        let exception =
            table.circles.iter().position(|round| paths.iter().all(|path| round.files.contains(path)));
        if let Some(exception) = exception {
            needed[exception] = true;
            continue;
        }
        let mut text = format!(
            "{}/src: {} import each other in a circle; files of a room import one way: move what they share into a \
             file below them",
            krate.folder,
            paths.join(", ")
        );
        for ((from, line, to), paths) in imports_in(krate, &circle) {
            let _ = write!(
                text,
                "\n    {}:{line}: imports {} for {}",
                krate.full_path(from),
                krate.files[to].path,
                paths.join(", ")
            );
        }
        found.push(text);
    }
    for (round, _) in table.circles.iter().zip(needed).filter(|(_, needed)| !needed) {
        let files = round.files.join(", ");
        found.push(format!(
            "tests/rooms/src/table.rs: {files} of {} do not import each other in a circle; remove the exception",
            krate.folder
        ));
    }
    found
}

/// Returns the imports between some files of a room: file, line and imported file, with the paths.
fn imports_in(krate: &Crate, files: &BTreeSet<usize>) -> BTreeMap<(usize, usize, usize), Vec<String>> {
    let mut imports = BTreeMap::<_, Vec<String>>::new();
    for import in room_imports(krate) {
        if files.contains(&import.from) && files.contains(&import.to) {
            imports
                .entry((import.from, import.line, import.to))
                .or_default()
                .push(format!("`{}`", import.path));
        }
    }
    imports
}

fn room_imports(krate: &Crate) -> impl Iterator<Item = &Import> {
    krate.imports.iter().filter(|import| {
        !import.is_reexport && krate.files[import.from].room() == krate.files[import.to].room()
    })
}

/// Returns the sets of files that reach each other, each of at least two.
fn components(krate: &Crate) -> BTreeSet<BTreeSet<usize>> {
    let reached: Vec<BTreeSet<usize>> =
        (0..krate.files.len()).map(|file| reached_from(krate, file)).collect();
    (0..krate.files.len())
        .filter(|file| reached[*file].contains(file))
        .map(|file| reached[file].iter().copied().filter(|other| reached[*other].contains(&file)).collect())
        .collect()
}

fn reached_from(krate: &Crate, start: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for import in room_imports(krate).filter(|import| import.from == file) {
            if reached.insert(import.to) {
                open.push(import.to);
            }
        }
    }
    reached
}
