//! Each page of the book is compiled by one of two crates: by the documentation of `reattempt`, or here.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the pages of the summary.
fn pages() -> Vec<String> {
    let summary = read("docs/book/src/SUMMARY.md");
    let links = summary.lines().filter_map(|line| line.split_once("]("));
    links.map(|(_, rest)| rest.trim_end_matches(')').to_owned()).collect()
}

#[test]
fn every_page_is_compiled_once() {
    let (facade, here) = (read("src/lib.rs"), read("tests/book/src/lib.rs"));
    let pages = pages();
    assert!(pages.len() > 60, "{pages:?}");
    for page in pages {
        let places = [
            facade.contains(&format!("include_str!(\"../docs/book/src/{page}\")")),
            here.contains(&format!("= \"{page}\";")),
        ];
        assert_eq!(
            places.iter().filter(|place| **place).count(),
            1,
            "{page} is in `src/lib.rs` or in `tests/book/src/lib.rs`"
        );
    }
}

#[test]
fn every_file_is_a_page() {
    let (pages, folder) = (pages(), root().join("docs/book/src"));
    for file in files(&folder) {
        let path = file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        assert!(path == "SUMMARY.md" || pages.contains(&path), "{path} is not in SUMMARY.md");
    }
}

/// Returns the Markdown files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}
