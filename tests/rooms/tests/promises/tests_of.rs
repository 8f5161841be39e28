//! Finds the tests that the page names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Group, TokenStream, TokenTree};

use crate::read;

type Names = BTreeSet<String>;
type Found = Result<(), String>;

/// Finds tests, and keeps those of the files that it has read.
#[derive(Default)]
pub(crate) struct Finder {
    files: BTreeMap<String, Names>,
}

impl Finder {
    /// Finds a test by the form of its name: the head of the page explains them.
    pub(crate) fn find(&mut self, test: &str) -> Found {
        if let Some(step) = test.strip_prefix(".ci/run ") {
            let script = read(".ci/run")?;
            let is_there = steps(&script).contains(&step) && script.contains(&format!("\nstep_{step}() {{"));
            return found(is_there, "is no step that runs by itself");
        }
        if let Some(row) = test.strip_prefix("benches: ") {
            let is_there = read("benches/recorded.toml")?.contains(&format!("\n\"{row}\" = "));
            return found(is_there, "is no row of benches/recorded.toml");
        }
        if let Some((path, name)) = test.split_once(".rs::") {
            let path = format!("{path}.rs");
            if !self.files.contains_key(&path) {
                let names = tests_in(&read(&path)?)?;
                self.files.insert(path.clone(), names);
            }
            return found(self.files[&path].contains(name), "the file has no such test");
        }
        if let Some((path, item)) = test.split_once(".rs#") {
            let source = read(format!("{path}.rs"))?;
            return found(has_example(&source, item), "no item of this name has an example");
        }
        if let Some(case) = test.strip_prefix("tests/ui/cases/").and_then(|case| case.strip_suffix(".rs")) {
            let output = if case.starts_with("pass/") { "rs" } else { "stderr" };
            read(test)?;
            return read(format!("tests/ui/cases/{case}.{output}")).map(drop);
        }
        let (path, section) = test.split_once('#').unwrap_or((test, ""));
        if path.strip_suffix(".md").is_some() {
            let is_tested = read("src/lib.rs")?.contains(&format!("include_str!(\"../{path}\")"));
            return found(
                is_tested && has_block(&read(path)?, section),
                "the section has no block that is tested",
            );
        }
        Err("is no form of a test".to_owned())
    }
}

fn found(is_there: bool, otherwise: &str) -> Found {
    if is_there { Ok(()) } else { Err(otherwise.to_owned()) }
}

/// The steps that a script runs by itself.
pub(crate) fn steps(script: &str) -> Vec<&str> {
    let list = script.split_once("\nsteps=(").and_then(|(_, rest)| rest.split_once(')'));
    list.map(|(steps, _)| steps.split_whitespace().collect()).unwrap_or_default()
}

/// The names of the tests in a file: of functions with an attribute that makes a test, of those that macros of the file
/// make, and of what a program without a harness lists by text.
fn tests_in(source: &str) -> Result<Names, String> {
    let tokens: TokenStream = source.parse().map_err(|_| "the file cannot be parsed".to_owned())?;
    let mut tests = Names::new();
    let mut makers = Names::new();
    functions(&tokens, &mut tests, &mut makers);
    made(&tokens, &makers, &mut tests);
    if source.contains("ExitCode") && source.contains("fn main()") {
        texts(&tokens, &mut tests);
    }
    Ok(tests)
}

/// Collects the functions that are tests, and the macros that define functions which are.
fn functions(tokens: &TokenStream, tests: &mut Names, makers: &mut Names) {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    let mut is_test = false;
    for (index, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if word == "fn" => {
                if let (true, Some(TokenTree::Ident(name))) = (is_test, trees.get(index + 1)) {
                    tests.insert(name.to_string());
                }
                is_test = false;
            }
            TokenTree::Ident(word) if word == "macro_rules" => {
                if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                    (trees.get(index + 2), trees.get(index + 3))
                    && makes_tests(body)
                {
                    makers.insert(name.to_string());
                }
            }
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                if let Some(TokenTree::Group(attribute)) = trees.get(index + 1) {
                    let path = attribute.stream().to_string();
                    let path = path.split(['(', '=']).next().unwrap_or_default().trim().to_owned();
                    is_test = path != "ignore" && (is_test || path.ends_with("test"));
                }
            }
            TokenTree::Group(group) => functions(&group.stream(), tests, makers),
            _ => {}
        }
    }
}

/// Whether a macro has a function with an attribute that makes it a test.
fn makes_tests(body: &Group) -> bool {
    let body = body.to_string().replace(' ', "");
    body.contains("#[test]") || body.contains("#[tokio::test")
}

/// Collects the words that are passed to macros which make tests: the names of the tests are among them.
fn made(tokens: &TokenStream, makers: &Names, tests: &mut Names) {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    for (index, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            match index.checked_sub(2).and_then(|before| trees.get(before)) {
                Some(TokenTree::Ident(name)) if makers.contains(&name.to_string()) => {
                    words(&group.stream(), tests);
                }
                _ => made(&group.stream(), makers, tests),
            }
        }
    }
}

fn words(tokens: &TokenStream, found: &mut Names) {
    for tree in tokens.clone() {
        match tree {
            TokenTree::Ident(word) => drop(found.insert(word.to_string())),
            TokenTree::Group(group) => words(&group.stream(), found),
            _ => {}
        }
    }
}

fn texts(tokens: &TokenStream, found: &mut Names) {
    for tree in tokens.clone() {
        match tree {
            TokenTree::Literal(text) => drop(found.insert(text.to_string().trim_matches('"').to_owned())),
            TokenTree::Group(group) => texts(&group.stream(), found),
            _ => {}
        }
    }
}

/// Whether the documentation of an item has an example that is tested.
fn has_example(source: &str, item: &str) -> bool {
    let mut example = false;
    for line in source.lines().map(str::trim_start) {
        if let Some(text) = line.strip_prefix("///") {
            example |= matches!(text.trim(), "```" | "```rust" | "```compile_fail" | "```should_panic");
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
            if example && words.any(|word| word == item) {
                return true;
            }
            example = false;
        }
    }
    false
}

/// Whether the section of a page, up to the next heading, has a block of Rust that is tested. Without a section, what is
/// above the first heading has one.
fn has_block(page: &str, section: &str) -> bool {
    let mut current = String::new();
    let mut in_block = false;
    for line in page.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            let is_tested = !in_block && matches!(kind, "rust" | "rust,compile_fail" | "rust,should_panic");
            if is_tested && current == section {
                return true;
            }
            in_block = !in_block;
        } else if line.starts_with('#') && !in_block {
            current = slug(line.trim_start_matches('#').trim());
        }
    }
    false
}

/// The fragment by which a heading is linked.
fn slug(heading: &str) -> String {
    let kept = |character: &char| character.is_alphanumeric() || "-_ ".contains(*character);
    heading
        .to_lowercase()
        .chars()
        .filter(kept)
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}
