//! The README shows the attribute of `cases/fail/unknown/readme.rs` and what the compiler prints about it.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file can be read")
}

#[test]
fn the_readme_shows_the_case_and_its_errors() {
    let (readme, case) = (read("../../README.md"), read("cases/fail/unknown/readme.rs"));
    let (shown, _) =
        case.split_once("\nenum Error").expect("what the README leaves out begins with the error");
    assert!(
        readme.contains(&format!("```rust,compile_fail\n{shown}```\n")),
        "the README has another attribute"
    );
    let errors =
        read("cases/fail/unknown/readme.stderr").replace("cases/fail/unknown/readme.rs", "src/main.rs");
    assert!(
        readme.contains(&format!("```text\n{errors}```\n")),
        "the README has other errors than\n{errors}"
    );
}
