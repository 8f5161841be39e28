//! The prose of the README, of the book and of the documentation in the code: how often it has "what" in the place of a noun,
//! and things that "say" or "tell". Code is not counted.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Words that are limited, and how many of them a thousand words may have.
const LIMITS: [(&[&str], usize); 2] =
    [(&["what", "whatever"], 3), (&["say", "says", "said", "saying", "tell", "tells", "told", "telling"], 1)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the files below a folder whose names have this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|found| found == extension));
    files.chain(folders.iter().flat_map(|folder| self::files(folder, extension))).collect()
}

/// Returns the words of Markdown, lower case, without code.
fn words(markdown: &str) -> Vec<String> {
    let (mut text, mut is_code) = (String::new(), false);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(part) if !is_code => text.push_str(&part),
            _ => text.push(' '),
        }
    }
    let words = text.split(|letter: char| !letter.is_alphabetic() && letter != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Returns the documentation in a file of Rust, as Markdown.
fn documentation(code: &str) -> String {
    let lines = code.lines().map(|line| {
        let line = line.trim_start();
        let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).unwrap_or_default();
        text.strip_prefix(' ').unwrap_or(text)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the words that a text has too often.
fn excess(words: &[String]) -> Vec<String> {
    let count = |limited: &[&str]| words.iter().filter(|word| limited.contains(&word.as_str())).count();
    LIMITS
        .iter()
        .map(|(limited, limit)| (limited[0], count(limited), (words.len() * limit).div_ceil(1000)))
        .filter(|(_, found, allowed)| found > allowed)
        .map(|(word, found, allowed)| {
            format!("`{word}` {found} times, at most {allowed} in {} words", words.len())
        })
        .collect()
}

#[test]
fn pages_have_nouns() {
    let book = root().join("docs/book/src");
    let mut pages = files(&book, "md");
    assert!(pages.len() > 60, "the pages are in {}", book.display());
    pages.push(root().join("README.md"));
    let mut all = Vec::new();
    for page in &pages {
        let words = words(&fs::read_to_string(page).unwrap());
        assert_eq!(excess(&words), Vec::<String>::new(), "{}", page.display());
        all.extend(words);
    }
    assert!(all.len() > 30_000, "{} words", all.len());
    assert_eq!(excess(&all), Vec::<String>::new(), "all pages");
}

#[test]
fn the_documentation_in_the_code_has_nouns() {
    for folder in ["src", "retry-core/src", "retry-macros/src"] {
        let files = files(&root().join(folder), "rs");
        let texts = files.iter().map(|file| documentation(&fs::read_to_string(file).unwrap()));
        let words: Vec<_> = texts.flat_map(|text| words(&text)).collect();
        assert!(words.len() > 50, "{folder} has {} words", words.len());
        assert_eq!(excess(&words), Vec::<String>::new(), "{folder}");
    }
}

#[test]
fn code_is_not_counted() {
    let markdown = "# A heading\n\nIt `says` one.\n\n```text\nwhat\n```\n\n| a | what's |\n|---|---|\n";
    assert_eq!(words(markdown), ["a", "heading", "it", "one", "a", "what's"]);
    let code = "/// Text.\nfn what() {}\n    /// More `what`.\n";
    assert_eq!(words(&documentation(code)), ["text", "more"]);
    let often: Vec<_> = ["what", "what", "a", "tell"].map(str::to_owned).into();
    assert_eq!(excess(&often), ["`what` 2 times, at most 1 in 4 words"]);
}
