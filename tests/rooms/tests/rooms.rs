//! The layout of the two crates.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use rooms::{Crate, TABLES, Table, picture, rules, sizes};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

static CRATES: LazyLock<Vec<(Crate, &Table)>> = LazyLock::new(|| {
    let read = |table: &Table| Crate::read(Path::new(ROOT), table.folder).expect("the crate can be read");
    TABLES.into_iter().map(|table| (read(table), table)).collect()
});

fn assert_none(rule: &str, find: impl Fn(&Crate, &Table) -> Vec<String>) {
    let found: Vec<String> = CRATES.iter().flat_map(|(krate, table)| find(krate, table)).collect();
    assert!(found.is_empty(), "{rule}\n\n{}\n", found.join("\n"));
}

#[test]
fn every_room_has_a_row_and_every_row_a_room() {
    assert_none("each file and folder at the top of src is a row of the table", rules::rows);
}

#[test]
fn no_import_runs_against_the_table() {
    assert_none("a room imports the rooms before it in tests/rooms/src/table.rs", rules::upward);
}

#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    assert_none("files of a room import one way", rules::circles);
}

#[test]
fn no_file_is_long() {
    assert_none("a file has one idea", |krate, _| sizes::long_files(krate));
}

#[test]
fn no_function_is_long() {
    assert_none("a function fits on a screen", sizes::long_functions);
}

#[test]
fn the_picture_shows_the_imports() {
    let document = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).expect("it can be read");
    let expected = picture::insert(&document, &picture::draw(&CRATES)).expect("it has the markers");
    assert!(
        document == expected,
        "ARCHITECTURE.md shows other imports than the code has; run `cargo run -p rooms`"
    );
}
