//! Errors that depend on the compiler: its words, the place of its carets, and that no other error follows ours. Each has
//! a case in `cases/fail/`, in the folder of its kind. Messages of the macros alone are in tables,
//! `retry-macros/src/tests/messages/`.
//!
//! Bless changes with `TRYBUILD=overwrite cargo test -p ui`, then read each one. One case is checked with
//! `cargo test -p ui -- ui trybuild=<name>`.

/// Cases that the compiler refuses without generating code. All are checked in one run of cargo, which trybuild does
/// only where no case has to be built: hence the two tests.
#[test]
fn ui_fail() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/fail/*/*.rs");
}

/// Cases that compile and run, and those that are refused only when their code is generated. Each is a run of cargo.
/// A filter for one of the latter has to admit one of the former too, as `trybuild=codegen trybuild=durations` does.
#[test]
fn ui_pass() {
    let cases = trybuild::TestCases::new();
    cases.pass("cases/pass/*.rs");
    cases.compile_fail("cases/codegen/*.rs");
}
