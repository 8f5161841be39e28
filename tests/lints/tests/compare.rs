//! Lints the functions of this crate with `#[retry]` and without, under every lint that the compiler and Clippy have.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The lints that `#[retry]` may add, which docs/book/src/attribute.md lists with the reasons.
const ADDED: [&str; 2] = ["clippy::cognitive_complexity", "clippy::result_large_err"];

/// The lints that `#[retry]` may take away, likewise.
const TAKEN_AWAY: [&str; 7] = [
    "clippy::implicit_return",
    "clippy::manual_async_fn",
    "clippy::missing_const_for_fn",
    "clippy::needless_pass_by_value",
    "clippy::needless_return",
    "clippy::unused_async",
    "clippy::unwrap_in_result",
];

/// A lint, where it is reported, and the message.
type Report = (String, u64, u64, String);

#[test]
fn the_attribute_adds_no_lint() {
    let levels = levels();
    let (without, with) = (reports(&levels, &[]), reports(&levels, &["--features", "retried"]));
    assert!(without.iter().any(|(lint, ..)| lint == "unused_mut"), "every lint is on: {without:?}");
    let added: Vec<&Report> =
        with.difference(&without).filter(|(lint, ..)| !ADDED.contains(&&**lint)).collect();
    assert!(added.is_empty(), "with `#[retry]` there are more: {added:#?}");
    let lost: Vec<&Report> =
        without.difference(&with).filter(|(lint, ..)| !TAKEN_AWAY.contains(&&**lint)).collect();
    assert!(lost.is_empty(), "with `#[retry]` these are missing: {lost:#?}");
}

/// Arguments that turn every lint on.
fn levels() -> Vec<String> {
    let help = Command::new("rustc").args(["-W", "help"]).output().expect("rustc runs");
    let help = String::from_utf8(help.stdout).expect("it is text");
    let allowed = help.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let lint = words.next()?;
        (words.next() == Some("allow")).then(|| lint.to_owned())
    });
    let groups =
        ["all", "pedantic", "nursery", "restriction", "cargo"].map(|group| format!("clippy::{group}"));
    allowed.chain(groups).flat_map(|lint| ["-W".to_owned(), lint]).collect()
}

fn reports(levels: &[String], features: &[&str]) -> BTreeSet<Report> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(["clippy", "--quiet", "--lib", "--message-format", "json"])
        .args(features)
        .arg("--")
        .args(levels)
        .output()
        .expect("cargo runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let lines = String::from_utf8(run.stdout).expect("it is text");
    let messages =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("each line is a message"));
    let of_lints = |message: &Value| message["target"]["name"] == "lints";
    messages.filter(of_lints).filter_map(|message| report(&message["message"])).collect()
}

fn report(message: &Value) -> Option<Report> {
    let lint = message["code"]["code"].as_str()?;
    let is_primary = |span: &&Value| span["is_primary"] == true;
    let span = message["spans"].as_array()?.iter().find(is_primary)?;
    let (line, column) = (span["line_start"].as_u64()?, span["column_start"].as_u64()?);
    Some((lint.to_owned(), line, column, message["message"].as_str()?.to_owned()))
}
