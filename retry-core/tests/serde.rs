//! Policies in files: read, written, refused.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use retry_core::{Backoff, HintMode, Jitter, JitterConfig, Policy, PolicyConfig, preset};

/// Settings for each site, as services keep them.
type Sites<T> = BTreeMap<String, BTreeMap<String, T>>;

const SITES_JSON: &str =
    r#"{"site_key": {"retry_config": {"max_attempts": 5, "initial_delay": 2.0, "max_delay": 30.0}}}"#;

const SITES_TOML: &str = "
[site_key.retry_config]
max_attempts = 5
initial_delay = 2
max_delay = 30.0
";

#[test]
fn settings_for_each_site_are_policies() {
    let expected = Policy::new().max(5).base(Duration::from_secs(2)).max_delay(Duration::from_secs(30));
    let json: Sites<Policy> = serde_json::from_str(SITES_JSON).unwrap();
    assert_eq!(json["site_key"]["retry_config"], expected);
    let toml: Sites<Policy> = toml::from_str(SITES_TOML).unwrap();
    assert_eq!(toml, json);
}

#[test]
fn the_words_of_the_attribute_are_read_too() {
    let expected = Policy::new().max(5).base(Duration::from_secs(2)).factor(3.0);
    assert_eq!(serde_json::from_str::<Policy>(r#"{"max": 5, "base": 2, "factor": 3}"#).unwrap(), expected);
    assert_eq!(toml::from_str::<Policy>("max = 5\nbase = \"2s\"\nfactor = 3").unwrap(), expected);
    let error = |text| serde_json::from_str::<Policy>(text).unwrap_err().to_string();
    let twice = error(r#"{"max_attempts": 5, "max": 5}"#);
    assert!(twice.starts_with("duplicate field `max_attempts`"), "{twice}");
    let range = error(r#"{"base": 90}"#);
    assert!(range.starts_with("`initial_delay` is 90; write at most 60"), "{range}");
}

#[test]
fn a_duration_is_a_number_of_seconds_or_a_text() {
    for text in ["90", "90.0", r#""90""#, r#""90s""#, r#""1m30s""#, r#""1.5 m""#, r#""1m 29s 1000ms""#] {
        let json =
            format!(r#"{{"initial_delay": 1, "max_delay": {text}, "deadline": {text}, "max_hint": {text}}}"#);
        let policy: Policy = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {text}"));
        let length = Duration::from_secs(90);
        assert_eq!(policy, Policy::new().max_delay(length).deadline(length).max_hint(length), "{text}");
    }
    let short: Policy = toml::from_str("initial_delay = \"250ms\"").unwrap();
    assert_eq!(short, Policy::new().base(Duration::from_millis(250)));
}

#[test]
fn settings_go_over_a_preset_too() {
    let sites: Sites<PolicyConfig> =
        serde_json::from_str(r#"{"a": {"retry_config": {"max_attempts": 9}}}"#).unwrap();
    let policy = sites["a"]["retry_config"].over(preset::SSH_CONNECTION);
    assert_eq!(policy, Ok(preset::SSH_CONNECTION.max(9)));
}

#[test]
fn what_is_null_or_not_there_is_the_default() {
    for text in ["{}", r#"{"max_attempts": null, "jitter": null, "backoff": null}"#] {
        assert_eq!(serde_json::from_str::<Policy>(text).unwrap(), Policy::new(), "{text}");
    }
}

#[test]
fn a_jitter_is_a_switch_a_fraction_or_a_kind() {
    for (text, jitter) in [
        ("true", JitterConfig::On),
        ("false", Jitter::None.into()),
        ("0.25", Jitter::Additive(0.25).into()),
        ("1", Jitter::Additive(1.0).into()),
        (r#""full""#, Jitter::Full.into()),
        (r#""spread(0.1)""#, Jitter::Spread(0.1).into()),
        (r#""up_to(0.5)""#, Jitter::UpTo(Duration::from_millis(500)).into()),
        (r#""FULL""#, Jitter::Full.into()),
        (r#""Spread(0.1)""#, Jitter::Spread(0.1).into()),
        (r#""UP_TO(1s)""#, Jitter::UpTo(Duration::from_secs(1)).into()),
    ] {
        let json: PolicyConfig = serde_json::from_str(&format!(r#"{{"jitter": {text}}}"#)).unwrap();
        assert_eq!(json.jitter, Some(jitter), "{text}");
        assert_eq!(toml::from_str::<PolicyConfig>(&format!("jitter = {text}")).unwrap(), json, "{text}");
    }
}

#[test]
fn words_are_read_in_any_case_and_no_attempts_are_one() {
    for word in ["fibonacci", "Fibonacci", "FIBONACCI"] {
        let policy: Policy = serde_json::from_str(&format!(r#"{{"backoff": "{word}"}}"#)).unwrap();
        assert_eq!(policy, Policy::new().backoff(Backoff::Fibonacci), "{word}");
    }
    assert_eq!(serde_json::from_str::<Policy>(r#"{"max_attempts": 0}"#).unwrap(), Policy::new().max(1));
    assert_eq!(toml::from_str::<Policy>("max_attempts = 0").unwrap(), Policy::new().max(1));
}

#[test]
fn a_linear_backoff_has_a_step() {
    let half = Policy::new().backoff(Backoff::LinearBy(Duration::from_millis(500)));
    for text in ["linear(0.5)", "Linear(500ms)", "linear ( 0.5s )"] {
        let policy: Policy = serde_json::from_str(&format!(r#"{{"backoff": "{text}"}}"#)).unwrap();
        assert_eq!(policy, half, "{text}");
    }
    assert!(serde_json::to_string(&half).unwrap().contains(r#""backoff":"linear(0.5)""#));
}

#[test]
fn a_hint_mode_is_a_word_in_any_case() {
    for text in ["exact", "Exact"] {
        let policy: Policy = toml::from_str(&format!("hint = \"{text}\"")).unwrap();
        assert_eq!(policy, Policy::new().hint(HintMode::Exact), "{text}");
    }
}

#[test]
fn a_list_of_delays_cannot_be_written_or_read() {
    const LIST: &[Duration] = &[Duration::from_secs(1)];
    let error = serde_json::to_string(&Policy::new().list(LIST)).unwrap_err();
    assert_eq!(error.to_string(), "`backoff` is a list of delays, which cannot be written");
    assert!(serde_json::from_str::<Policy>(r#"{"delays": ["1s"]}"#).is_err());
}

#[test]
fn a_policy_is_written_as_it_is_read() {
    let policy = preset::S3_UPLOAD.deadline(Duration::from_secs(90)).backoff(Backoff::Fibonacci);
    assert_eq!(
        serde_json::to_string(&policy).unwrap(),
        r#"{"max_attempts":5,"initial_delay":1.0,"max_delay":30.0,"exponential_base":2.0,"backoff":"fibonacci","jitter":"up_to(1)","deadline":90.0,"max_hint":300.0,"hint":"at_least"}"#
    );
    let config = PolicyConfig::new().unlimited().jitter(true);
    assert_eq!(toml::to_string(&config).unwrap(), "unlimited = true\njitter = true\n");
}

/// What is said of a policy that is refused, in JSON; TOML refuses it too.
fn refused(field: &str, value: &str) -> String {
    let toml = toml::from_str::<Policy>(&format!("{field} = {value}"));
    assert!(toml.is_err(), "{field} = {value}");
    let json = serde_json::from_str::<Policy>(&format!(r#"{{"{field}": {value}}}"#));
    json.expect_err(value).to_string()
}

#[test]
fn a_value_that_is_wrong_is_named_with_its_field_and_what_is_allowed() {
    let attempts = "a whole number from 0 to 4294967295";
    let seconds = "a number of seconds from 0 to 18446744073";
    let duration = format!("{seconds}, or a duration such as `1m30s`");
    for (field, value, message) in [
        ("max_attempts", "-1", format!("invalid value: integer `-1`, expected `max_attempts` to be {attempts}")),
        (
            "max_attempts",
            "4294967296",
            format!("invalid value: integer `4294967296`, expected `max_attempts` to be {attempts}"),
        ),
        (
            "max_attempts",
            "2.5",
            format!("invalid type: floating point `2.5`, expected `max_attempts` to be {attempts}"),
        ),
        (
            "max_attempts",
            r#""five""#,
            format!(r#"invalid type: string "five", expected `max_attempts` to be {attempts}"#),
        ),
        ("initial_delay", "-2", format!("`initial_delay` is -2; write {seconds}")),
        (
            "initial_delay",
            r#""2 sec""#,
            format!(r#"invalid value: string "2 sec", expected `initial_delay` to be {duration}"#),
        ),
        ("initial_delay", "90", "`initial_delay` is 90; write at most 60, which `max_delay` is".to_owned()),
        ("max_delay", "1e99", format!("`max_delay` is 1{}; write {seconds}", "0".repeat(99))),
        ("max_delay", r#""-1""#, format!("`max_delay` is -1; write {seconds}")),
        (
            "factor",
            r#""2""#,
            r#"invalid type: string "2", expected `exponential_base` to be a finite number from 1 up"#.to_owned(),
        ),
        ("exponential_base", "0.5", "`exponential_base` is 0.5; write a finite number from 1 up".to_owned()),
        (
            "backoff",
            r#""quadratic""#,
            r#"invalid value: string "quadratic", expected `backoff` to be `exponential`, `linear`, `linear(1)` in seconds, `constant` or `fibonacci`"#
                .to_owned(),
        ),
        ("jitter", "1.5", "`jitter` is 1.5; write a fraction from 0 to 1".to_owned()),
        (
            "jitter",
            r#""some""#,
            r#"invalid value: string "some", expected `jitter` to be `true`, `false`, a fraction from 0 to 1, `none`, `full`, `equal`, `decorrelated`, `spread(0.1)` or `up_to(1)` in seconds"#
                .to_owned(),
        ),
        ("deadline", "true", format!("invalid type: boolean `true`, expected `deadline` to be {duration}")),
        ("max_hint", "[1]", format!("invalid type: sequence, expected `max_hint` to be {duration}")),
        (
            "hint",
            r#""never""#,
            r#"invalid value: string "never", expected `hint` to be `at_least` or `exact`"#.to_owned(),
        ),
        (
            "backoff",
            r#""linear(fast)""#,
            r#"invalid value: string "linear(fast)", expected `backoff` to be `exponential`, `linear`, "#.to_owned(),
        ),
        (
            "exponential_base",
            "true",
            "invalid type: boolean `true`, expected `exponential_base` to be a finite number from 1 up".to_owned(),
        ),
        ("unlimited", "1", "invalid type: integer `1`, expected `unlimited` to be `true` or `false`".to_owned()),
        (
            "max_tries",
            "3",
            "unknown field `max_tries`, expected one of `max_attempts`, `unlimited`, `initial_delay`, `max_delay`, `exponential_base`, `backoff`, `jitter`, `deadline`, `max_hint`, `hint`"
                .to_owned(),
        ),
    ] {
        let said = refused(field, value);
        assert!(said.starts_with(&message), "{said}\n{message}");
    }
}

#[test]
fn a_field_stands_once_and_limits_do_not_contradict() {
    let said = |text| serde_json::from_str::<Policy>(text).unwrap_err().to_string();
    let twice = said(r#"{"max_delay": 1, "max_delay": 2}"#);
    assert!(twice.starts_with("duplicate field `max_delay`"), "{twice}");
    let both = said(r#"{"max_attempts": 2, "unlimited": true}"#);
    assert!(both.starts_with("`max_attempts` is 2; write either that or `unlimited`"), "{both}");
    let list = said("[5]");
    assert!(list.contains("expected a table of retry settings"), "{list}");
}

fn jitters() -> impl Strategy<Value = Jitter> {
    prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        (0.0..=1.0).prop_map(Jitter::Additive),
        (0.0..=1.0).prop_map(Jitter::Spread),
        (0..1_000_000_000_u64).prop_map(|nanos| Jitter::UpTo(Duration::from_nanos(nanos))),
    ]
}

fn backoffs() -> impl Strategy<Value = Backoff> {
    let kinds = vec![Backoff::Exponential, Backoff::Linear, Backoff::Constant, Backoff::Fibonacci];
    let steps = (0..1_u64 << 52).prop_map(|nanos| Backoff::LinearBy(Duration::from_nanos(nanos)));
    prop_oneof![4 => proptest::sample::select(kinds), 1 => steps]
}

prop_compose! {
    /// Any policy whose durations are below 97 days, up to which seconds with decimals are exact.
    fn policies()(
        max in proptest::option::of(1_u32..),
        (base, max_delay, deadline) in (0_u64..1 << 52, 1_000_000_000_u64..1 << 52, 0_u64..1 << 52),
        max_hint in 0_u64..1 << 52,
        factor in 1.0_f64..1e6,
        backoff in backoffs(),
        jitter in jitters(),
        has_deadline: bool,
    ) -> Policy {
        let duration = Duration::from_nanos;
        let base = base % max_delay;
        let policy = Policy::new().base(duration(base)).max_delay(duration(max_delay)).max_hint(duration(max_hint));
        let policy = max.map_or(policy.unlimited(), |max| policy.max(max));
        let policy = policy.factor(factor).backoff(backoff).jitter(jitter);
        let deadline = base + 1 + deadline % ((1 << 52) - base);
        if has_deadline { policy.deadline(duration(deadline)) } else { policy }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(policy in policies()) {
        let json = serde_json::to_string(&policy).unwrap();
        prop_assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy, "{}", json);
        let toml = toml::to_string(&policy).unwrap();
        prop_assert_eq!(toml::from_str::<Policy>(&toml).unwrap(), policy, "{}", toml);
    }
}
