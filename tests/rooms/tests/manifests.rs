//! What README and `docs/` promise about the manifests: dependencies, features, the oldest compiler.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

type Names = BTreeSet<String>;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
        .expect("the file can be read")
}

fn manifest(path: &str) -> Table {
    read(path).parse().expect("it is TOML")
}

/// A page as one line, since a sentence may be on two.
fn page(path: &str) -> String {
    read(path).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text")).collect()
}

fn features(manifest: &Table) -> &Table {
    manifest["features"].as_table().expect("a table")
}

/// The parts of a page in backticks.
fn spans(text: &str) -> Names {
    names(text.split('`').skip(1).step_by(2))
}

/// The part of a page between two texts.
fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("the page has `{start}`"));
    rest.split_once(end).unwrap_or_else(|| panic!("the page has `{end}`")).0.to_owned()
}

/// A list of the script that runs the checks.
fn list_of_the_check(name: &str) -> Names {
    names(between(&read(".ci/run"), &format!("\n{name}=("), ")").split_whitespace())
}

/// The optional dependencies of core that a feature of it takes, and the features that this one takes.
fn dependencies_of(feature: &str, core: &Table, found: &mut Names) {
    for part in texts(&features(core)[feature]) {
        match part.strip_prefix("dep:") {
            Some(dependency) => drop(found.insert(dependency.to_owned())),
            None if part.contains('/') => {}
            None => dependencies_of(part, core, found),
        }
    }
}

#[test]
fn the_default_dependencies_are_those_of_the_readme() {
    let (facade, core, macros) =
        (manifest("Cargo.toml"), manifest("retry-core/Cargo.toml"), manifest("retry-macros/Cargo.toml"));
    let on = texts(&features(&facade)["default"]);
    assert_eq!(on, ["std", "tokio", "tracing", "macros"]);

    let mut at_run_time = Names::new();
    for feature in on.iter().filter(|feature| **feature != "macros") {
        assert!(texts(&features(&facade)[*feature]).contains(&format!("reattempt-core/{feature}").as_str()));
        dependencies_of(feature, &core, &mut at_run_time);
    }
    let everywhere = core["dependencies"].as_table().expect("a table");
    at_run_time.retain(|name| everywhere.contains_key(name));
    let required = |table: &Table| -> Names {
        let is_optional =
            |value: &Value| value.get("optional").is_some_and(|optional| optional.as_bool() == Some(true));
        table.iter().filter(|(_, value)| !is_optional(value)).map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(required(everywhere), Names::new());
    assert_eq!(required(facade["dependencies"].as_table().expect("a table")), names(["reattempt-core"]));

    let readme = between(&page("README.md"), "**Dependencies**:", ".");
    let (run_time, build_time) = readme.split_once("at run time;").expect("both are there");
    let mut stated = spans(run_time);
    // The features of tokio are in parentheses.
    assert!(stated.remove("rt") && stated.remove("time"));
    assert_eq!(at_run_time, stated);
    let built = required(macros["dependencies"].as_table().expect("a table"));
    // `quote` and `syn` bring these two.
    assert_eq!(built, &spans(build_time) | &names(["proc-macro2", "unicode-ident"]));
}

#[test]
fn default_dependencies_have_no_features_but_those_stated() {
    let (workspace, core) = (manifest("Cargo.toml"), manifest("retry-core/Cargo.toml"));
    let everywhere = core["dependencies"].as_table().expect("a table");
    let is_bare = |value: &Value| value.get("default-features").and_then(Value::as_bool) == Some(false);
    assert!(is_bare(&workspace["workspace"]["dependencies"]["tokio"]));
    assert_eq!(texts(&everywhere["tokio"]["features"]), ["time", "rt"]);
    assert!(is_bare(&everywhere["rand"]) && everywhere["rand"].get("features").is_none());
    assert!(is_bare(&everywhere["tracing"]));
    assert_eq!(texts(&everywhere["tracing"]["features"]), ["std"]);
}

#[test]
fn each_optional_dependency_has_its_reason_above_it() {
    for path in ["Cargo.toml", "retry-core/Cargo.toml", "retry-macros/Cargo.toml"] {
        let text = read(path);
        let lines: Vec<_> = text.lines().collect();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("optional = true")) {
            let is_ours = line.starts_with("reattempt-");
            let group = lines[..index].iter().rev().take_while(|line| !line.is_empty());
            assert!(
                is_ours || group.into_iter().any(|line| line.starts_with('#')),
                "{path} has no reason for: {line}"
            );
        }
    }
}

#[test]
fn the_oldest_compiler_is_the_same_everywhere() {
    let workspace = manifest("Cargo.toml");
    let oldest = workspace["workspace"]["package"]["rust-version"].as_str().expect("a text");
    assert!(page("README.md").contains(&format!("**Minimum Rust version**: {oldest}, ")));
    assert!(page("docs/book/src/features.md").contains(&format!("# Minimum Rust version Rust {oldest}. ")));
    for path in ["Cargo.toml", "retry-core/Cargo.toml", "retry-macros/Cargo.toml"] {
        let inherits = manifest(path)["package"]["rust-version"].get("workspace").and_then(Value::as_bool);
        assert_eq!(inherits, Some(true), "{path}");
    }
}

#[test]
fn adapters_that_need_a_newer_compiler_are_named() {
    let stated =
        spans(&between(&page("docs/book/src/features.md"), "The crates behind the features", "need"));
    // Its crate alone does not need one.
    let mut listed = list_of_the_check("adapters_above_msrv");
    assert!(listed.remove("tokio-postgres"));
    assert_eq!(stated, listed);
    assert!(page("README.md").contains("more with five of the adapters") && stated.len() == 5);
}

#[test]
fn each_feature_has_a_row_with_its_default() {
    let facade = manifest("Cargo.toml");
    let on = names(texts(&features(&facade)["default"]));
    let mut stated = Names::new();
    for row in read("docs/book/src/features.md").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split(" | ").collect();
        for feature in spans(cells[0]) {
            let default = on.contains(&feature);
            let is_part = feature == "portable-atomic" && cells[1] == "with `std`";
            assert!(is_part || cells[1] == if default { "yes" } else { "no" }, "{row}");
            stated.insert(feature);
        }
    }
    let existing: Names = features(&facade).keys().filter(|name| *name != "default").cloned().collect();
    assert_eq!(stated, existing);
    assert!(texts(&features(&manifest("retry-core/Cargo.toml"))["std"]).contains(&"portable-atomic"));
}

#[test]
fn each_adapter_is_listed_tested_and_documented() {
    let features = read("docs/book/src/features.md");
    let row = features
        .lines()
        .find(|line| line.contains("classifies the errors of that crate"))
        .expect("it is there");
    let adapters = spans(row.split(" | ").next().expect("a cell"));
    assert!(page("README.md").contains(&format!("{} adapters classify", adapters.len())));
    assert_eq!(
        list_of_the_check("adapters"),
        &adapters | &names(["fleet-redis", "tower", "reqwest-middleware"])
    );
    let table = read("docs/book/src/adapters.md");
    for adapter in adapters {
        assert!(table.contains(&format!("\n| [`{adapter}`] |")), "{adapter}");
        assert!(read(&format!("docs/book/src/adapters/{adapter}.md")).contains('|'), "{adapter}");
    }
}

#[test]
fn the_versions_of_the_adapters_crates_are_those_of_their_table() {
    let core = manifest("retry-core/Cargo.toml");
    let dependencies = core["dependencies"].as_table().expect("a table");
    let table = read("docs/book/src/adapters.md");
    for row in table.lines().filter(|line| line.starts_with("| [`")) {
        let adapter = between(row, "[`", "`]");
        let Some(version) = dependencies.get(&adapter).and_then(|value| value["version"].as_str()) else {
            // The SDK and opendal in parts, tower by its traits.
            assert!(["aws", "opendal", "tower"].contains(&adapter.as_str()), "{adapter}");
            continue;
        };
        let line = compatible(version);
        let mut words = row.split(['`', ' ', ',']);
        let is_stated = words.any(|word| word == version || word.trim_end_matches(".x") == line);
        assert!(is_stated, "{adapter} {line}: {row}");
    }
}

/// Returns the line of releases that a bound allows: `0.13` of `0.13.1`, and `1` of `1.1`.
fn compatible(version: &str) -> &str {
    let dots: Vec<_> = version.match_indices('.').map(|(place, _)| place).collect();
    let end = if version.starts_with("0.") { dots.get(1) } else { dots.first() };
    &version[..end.copied().unwrap_or(version.len())]
}

#[test]
fn no_crate_may_have_unsafe_code() {
    let workspace = manifest("Cargo.toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for path in ["Cargo.toml", "retry-core/Cargo.toml", "retry-macros/Cargo.toml"] {
        assert_eq!(manifest(path)["lints"]["workspace"].as_bool(), Some(true), "{path}");
    }
}

#[test]
fn the_macros_are_of_one_release_with_the_facade() {
    let workspace = manifest("Cargo.toml");
    let package = &workspace["workspace"]["package"]["version"];
    let macros = workspace["workspace"]["dependencies"]["reattempt-macros"]["version"].as_str();
    assert_eq!(macros, Some(format!("={}", package.as_str().expect("a text")).as_str()));
}
