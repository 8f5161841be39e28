//! The tables of `docs/book/src/promises.md`: each promise stands once, and each test that holds it exists.

mod page;
mod tests_of;

use std::fs;
use std::path::{Path, PathBuf};

use page::Row;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> Result<String, String> {
    fs::read_to_string(root().join(&path)).map_err(|error| format!("{}: {error}", path.as_ref().display()))
}

fn rows() -> Vec<Row> {
    page::rows(&read("docs/book/src/promises.md").expect("the page can be read"))
}

#[track_caller]
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "docs/book/src/promises.md: {rule}\n\n{}\n", found.join("\n"));
}

#[test]
fn every_promise_has_a_test() {
    let rows = rows();
    assert!(rows.len() >= 100, "only {} rows were read", rows.len());
    assert_none("these have no test in backticks", &page::without_test(&rows));
}

#[test]
fn no_promise_stands_twice() {
    assert_none("these are there twice", &page::doubled(&rows()));
}

#[test]
fn every_test_that_is_named_exists() {
    let mut finder = tests_of::Finder::default();
    let missing: Vec<_> = rows()
        .iter()
        .flat_map(|row| row.tests.iter().map(move |test| (row, test)))
        .filter_map(|(row, test)| finder.find(test).err().map(|why| format!("{}: `{test}`: {why}", row.line)))
        .collect();
    assert_none("these tests do not exist", &missing);
}

#[test]
fn a_row_is_a_promise_and_its_tests() {
    let rows =
        page::rows("# Group\n\n| promise | test |\n|---|---|\n| It holds. | `a.rs::b`, `.ci/run fmt` |\n");
    assert_eq!(
        rows[0],
        Row { line: 5, promise: "It holds.".into(), tests: vec!["a.rs::b".into(), ".ci/run fmt".into()] }
    );
}

#[test]
fn a_row_without_a_test_or_given_twice_is_found() {
    let rows = page::rows(
        "| promise | test |\n|---|---|\n| It holds. | by hand |\n| It  holds. | `a.rs::b` |\n| Another one. |\n",
    );
    assert_eq!(page::without_test(&rows), ["3: It holds.", "5: Another one."]);
    assert_eq!(page::doubled(&rows), ["4: It  holds."]);
}

#[test]
fn what_does_not_exist_is_not_found() {
    let mut finder = tests_of::Finder::default();
    for test in [
        "tests/it/no_such_file.rs::a",
        "tests/it/attempts.rs::no_such_test",
        // A function, and none that is a test.
        "tests/it/attempts.rs::leave",
        "tests/ui/cases/fail/range/no-such-case.rs",
        "tests/ui/cases/fail/range/max-zero.stderr",
        ".ci/run no_such_step",
        // It runs only when it is named.
        ".ci/run storm",
        "benches: no such row",
        "docs/book/src/attribute.md#no-such-section",
        // A section without a block that runs.
        "docs/book/src/attribute.md#functions",
        "docs/book/src/fleet-model.md",
        "retry-core/src/policy/policy.rs#no_such_item",
        "retry-core/src/policy/policy.rs#Policy::",
        "tests/real/tests/chaos/main.rs::no-such-system",
        "something else",
    ] {
        assert!(finder.find(test).is_err(), "`{test}` is found");
    }
}

#[test]
fn tests_of_each_kind_are_found() {
    let mut finder = tests_of::Finder::default();
    for test in [
        "tests/it/attempts.rs::three_attempts_are_the_default",
        // Made by a macro of the file, by `proptest!`, and with the name in the macro.
        "tests/it/log_levels.rs::after_two",
        "tests/it/control.rs::a_stopped_call_ends_whatever_the_rules",
        "retry-core/tests/properties.rs::no_delay_and_no_bound_exceeds_max_delay",
        "tests/it/presets.rs::the_attribute_knows_every_preset_by_name",
        "tests/loom/tests/models.rs::no_token_is_granted_twice",
        "tests/web/tests/set_sleep.rs::a_timer_need_not_be_send",
        "tests/ui/cases/fail/range/max-zero.rs",
        "tests/ui/cases/pass/hooks.rs",
        // The first and the last step of a list of two lines.
        ".ci/run fmt",
        ".ci/run costs",
        "benches: allocations: first try, async: reattempt, #[retry]",
        "docs/book/src/attribute.md#max-unlimited",
        "docs/book/src/derive.md",
        "retry-core/src/observe/stats.rs#Stats",
        "tests/real/tests/chaos/main.rs::rabbitmq",
        "tests/real/tests/fleet/main.rs::old-lease",
    ] {
        assert_eq!(finder.find(test), Ok(()), "`{test}`");
    }
}

#[test]
fn a_list_of_steps_may_take_several_lines() {
    let script = "a=(x\n y)\nsteps=(fmt clippy\n    test) # all\nstep_fmt() { :; }\n";
    assert_eq!(tests_of::steps(script), ["fmt", "clippy", "test"]);
}
