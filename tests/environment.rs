//! `env = "PREFIX"`. The environment belongs to a whole process and is read once in it, so each test runs this binary
//! again, with variables of its own, and reads what it prints.

use std::process::Command;
use std::time::Duration;

use reattempt::{Jitter, Policy, retry, testing};

#[retry(max = 2, base = "3s", jitter = none, env = "APP")]
fn blocking(answer: Result<(), &'static str>) -> Result<(), &'static str> {
    answer
}

#[retry(max = 2, base = "3s", jitter = none, env = "APP")]
async fn asynchronous() -> Result<(), &'static str> {
    Err("busy")
}

#[retry(policy = policy, env = "APP", on_retry = |_| {})]
fn at_run_time(policy: Policy) -> Result<(), &'static str> {
    Err("busy")
}

#[retry(preset = maintenance, jitter = decorrelated, deadline = "1h", env = "APP")]
fn decorrelated() -> Result<(), &'static str> {
    Err("busy")
}

#[retry(max = 2, base = "3s", jitter = none, env = "OTHER")]
fn under_another_prefix() -> Result<(), &'static str> {
    Err("busy")
}

#[retry(max = 2, base = "3s", jitter = none, env = "APP", call = c)]
fn handled(last: &mut Vec<bool>) -> Result<(), &'static str> {
    last.push(c.is_last());
    Err("busy")
}

trait Service {
    const BASE: Duration;

    #[retry(max = 2, base = Self::BASE, jitter = none, env = "APP")]
    fn call(&self) -> Result<(), &'static str> {
        Err("busy")
    }
}

struct Client(Result<(), &'static str>);

impl Service for Client {
    const BASE: Duration = Duration::from_secs(3);
}

#[retry(max = 2, base = "3s", jitter = none, env = "APP")]
impl Client {
    fn method(&self) -> Result<(), &'static str> {
        self.0
    }
}

/// What the child does: one line for the waits of each call, between them what the log is told at level `error`.
#[test]
#[ignore = "the tests run it, as a process of its own"]
fn child() {
    let errors = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR);
    errors.without_time().with_ansi(false).init();
    let waits = |name: &str, call: &dyn Fn() -> Result<(), &'static str>| {
        let guard = testing::no_wait();
        assert_eq!(call(), Err("busy"));
        println!("\n{name}: {:?}", guard.delays());
    };
    assert_eq!(blocking(Ok(())), Ok(()));
    println!("\nsucceeded");
    waits("blocking", &|| blocking(Err("busy")));
    waits("asynchronous", &|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(asynchronous())
    });
    let policy = Policy::new().max(2).base(Duration::from_secs(3)).jitter(Jitter::None);
    waits("at run time", &|| at_run_time(policy));
    waits("closure", &|| policy.with_env("APP").run(|| Err("busy")));
    waits("trait", &|| Client(Err("busy")).call());
    waits("method", &|| Client(Err("busy")).method());
    waits("decorrelated", &decorrelated);
    waits("other", &under_another_prefix);
    let (_guard, mut last) = (testing::no_wait(), Vec::new());
    assert_eq!(handled(&mut last), Err("busy"));
    println!("\nlast: {last:?}");
}

/// All functions above that are alike.
const ALIKE: [&str; 6] = ["blocking", "asynchronous", "at run time", "closure", "trait", "method"];

/// What the child prints under these variables.
fn printed(variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "child", "--ignored", "--nocapture"]);
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

/// The waits that the child prints under a name.
#[track_caller]
fn waits<'a>(printed: &'a str, name: &str) -> &'a str {
    let line = |line: &'a str| line.strip_prefix(name)?.strip_prefix(": ");
    printed.lines().find_map(line).unwrap_or_else(|| panic!("no `{name}` in {printed}"))
}

/// What the log is told of settings.
fn refused(printed: &str) -> Vec<&str> {
    printed.lines().filter(|line| line.contains("ignored; write")).collect()
}

#[test]
fn without_variables_the_compiled_policy_counts() {
    let printed = printed(&[]);
    for name in ALIKE {
        assert_eq!(waits(&printed, name), "[3s]");
    }
    assert_eq!(refused(&printed), [""; 0]);
}

#[test]
fn each_variable_overrides_a_value_in_every_kind_of_function() {
    let printed = printed(&[
        ("APP_MAX_ATTEMPTS", "5"),
        ("APP_INITIAL_DELAY", "0.5"),
        ("APP_MAX_DELAY", "1.5"),
        ("APP_RETRY_JITTER", "false"),
    ]);
    for name in ALIKE {
        assert_eq!(waits(&printed, name), "[500ms, 1s, 1.5s, 1.5s]", "{name}");
    }
    assert_eq!(waits(&printed, "other"), "[3s]");
    assert_eq!(refused(&printed), [""; 0]);
}

#[test]
fn the_handle_sees_which_attempt_is_the_last() {
    let attempts = |max| printed(&[("APP_MAX_ATTEMPTS", max)]);
    assert_eq!(waits(&printed(&[]), "last"), "[false, true]");
    assert_eq!(waits(&attempts("1"), "last"), "[true]");
    assert_eq!(waits(&attempts("3"), "last"), "[false, false, true]");
}

#[test]
fn the_older_name_counts_too() {
    assert_eq!(waits(&printed(&[("APP_MAX_RETRIES", "3")]), "blocking"), "[3s, 6s]");
}

#[test]
fn no_retries_are_one_attempt_under_both_names() {
    for name in ["APP_MAX_RETRIES", "APP_MAX_ATTEMPTS"] {
        let printed = printed(&[(name, "0")]);
        assert_eq!((waits(&printed, "blocking"), refused(&printed).len()), ("[]", 0), "{name}");
    }
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let printed = printed(&[("APP_MAX_RETRIES", ""), ("APP_INITIAL_DELAY", " "), ("APP_RETRY_JITTER", "")]);
    assert_eq!((waits(&printed, "blocking"), refused(&printed).len()), ("[3s]", 0), "{printed}");
}

#[test]
fn jitter_can_be_turned_on() {
    let printed = printed(&[("APP_RETRY_JITTER", "true")]);
    let wait = waits(&printed, "blocking");
    assert!(wait.starts_with("[3.") && wait != "[3s]", "{wait}");
}

#[test]
fn decorrelated_jitter_starts_from_the_delay_that_is_set() {
    let printed = printed(&[("APP_INITIAL_DELAY", "20"), ("APP_RETRY_JITTER", "decorrelated")]);
    let first = waits(&printed, "decorrelated").trim_start_matches('[').split('.').next().unwrap();
    assert!((20..60).contains(&first.parse().unwrap()), "{first}");
}

#[test]
fn values_that_contradict_each_other_saturate_at_the_ceiling() {
    assert_eq!(waits(&printed(&[("APP_MAX_DELAY", "1")]), "blocking"), "[1s]");
    assert_eq!(waits(&printed(&[("APP_INITIAL_DELAY", "100")]), "blocking"), "[60s]");
}

#[test]
fn a_bad_value_is_told_once_by_name_and_ignored() {
    let printed = printed(&[
        ("APP_MAX_ATTEMPTS", "many"),
        ("APP_INITIAL_DELAY", "-1"),
        ("APP_RETRY_JITTER", "1.5"),
        ("APP_MAX_DELAY", "2"),
    ]);
    for name in ALIKE {
        assert_eq!(waits(&printed, name), "[2s]", "{name}");
    }
    let expected = [
        ("APP_MAX_ATTEMPTS", "many", "a whole number from 0 to 4294967295"),
        ("APP_INITIAL_DELAY", "-1", "a number of seconds from 0 to 18446744073"),
        ("APP_RETRY_JITTER", "1.5", "a fraction from 0 to 1"),
    ];
    let refused = refused(&printed);
    assert_eq!(refused.len(), expected.len(), "{printed}");
    for (line, (variable, value, allowed)) in refused.iter().zip(expected) {
        let told =
            format!(r#"ERROR reattempt: ignored; write {allowed} variable="{variable}" value="{value}""#);
        assert_eq!(line.trim(), told);
    }
}

#[test]
fn nobody_looks_before_the_first_failure() {
    let printed = printed(&[("APP_MAX_ATTEMPTS", "none")]);
    let place = |text: &str| printed.find(text).unwrap_or_else(|| panic!("no `{text}` in {printed}"));
    assert!(place("succeeded") < place("APP_MAX_ATTEMPTS"), "{printed}");
}
