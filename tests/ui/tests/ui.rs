//! Errors that depend on the compiler: its messages, its carets, and that no other error follows ours. Each has a case in
//! `cases/fail/`, in the folder of its kind.
//!
//! Messages of the macros themselves are in tables, `retry-macros/src/tests/messages/`. One or two cases of each kind are
//! here too, such as `unknown/misspelt` and `malformed/five-at-once`: they show that the carets arrive in the compiler's
//! output, and that no other error follows. In `recovery/` this is the subject of each case.
//!
//! Bless changes with `TRYBUILD=overwrite cargo test -p ui`, then read each one. `cargo test -p ui -- ui trybuild=<name>`
//! checks the cases with that name.

/// Cases that the compiler refuses without generating code. There are two tests, because trybuild checks all cases in one
/// run of cargo, which is several times faster, only if none of them has to be built.
#[test]
fn ui_fail() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/fail/*/*.rs");
}

/// Cases that compile and run, and cases whose error is reported during code generation. Each takes a run of cargo. A
/// filter for the latter has to match one of the former too, as `trybuild=codegen trybuild=durations` does.
#[test]
fn ui_pass() {
    let cases = trybuild::TestCases::new();
    cases.pass("cases/pass/*.rs");
    cases.compile_fail("cases/codegen/*.rs");
}
