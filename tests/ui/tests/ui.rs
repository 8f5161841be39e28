//! Every message has a case in `cases/`, in the folder of its kind. Bless changes with `TRYBUILD=overwrite`, then
//! read each one.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("cases/pass/*.rs");
    cases.compile_fail("cases/fail/*/*.rs");
}
