//! Settings: an input is the values of the seven environment variables, line by line, and then a file in JSON.
//!
//! Whatever is written, nothing panics. A value is refused, or it has the meaning that a model gives it.

use std::fmt::{self, Formatter};
use std::time::Duration;

use retry_core::{Backoff, HintMode, Jitter, JitterConfig, Policy, PolicyConfig};
use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

const VARIABLES: [&str; 7] = [
    "APP_MAX_RETRIES",
    "APP_MAX_ATTEMPTS",
    "APP_INITIAL_DELAY",
    "APP_MAX_DELAY",
    "APP_RETRY_JITTER",
    "APP_MAX_HINT",
    "APP_RETRY_HINT",
];
/// The longest duration in seconds, 2^64 ns.
const MOST_SECONDS: f64 = u64::MAX as f64 / 1e9;
const FIELDS: [&str; 10] = [
    "max_attempts",
    "unlimited",
    "initial_delay",
    "max_delay",
    "exponential_base",
    "backoff",
    "jitter",
    "deadline",
    "max_hint",
    "hint",
];

/// Reads an input and compares it with the model. Returns whether it is text.
pub fn check(data: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(data) else { return false };
    let mut rest = text;
    let mut values = [""; 7];
    for value in &mut values {
        let (line, others) = rest.split_once('\n').unwrap_or((rest, ""));
        (*value, rest) = (line, others);
    }
    check_environment(&values);
    check_file(rest);
    true
}

fn check_environment(values: &[&str; 7]) {
    let value_of =
        |name: &str| VARIABLES.iter().position(|known| *known == name).map(|at| values[at].to_owned());
    let (policy, refused) = Policy::new().with_variables("APP", value_of);
    let mut expected = PolicyConfig::default();
    let mut expected_refused = Vec::new();
    for (name, value) in VARIABLES.iter().zip(values) {
        let text = value.trim();
        if text.is_empty() {
            continue;
        }
        if !set(&mut expected, name, text) {
            expected_refused.push((*name, *value));
        }
    }
    let refused: Vec<_> = refused.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(refused, expected_refused, "{values:?}");
    assert_eq!(policy, built(&expected, Policy::new()), "{values:?}");
}

/// Sets the value of a variable, and returns whether it is one.
fn set(config: &mut PolicyConfig, name: &str, text: &str) -> bool {
    let seconds = || seconds(text).filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds));
    let keep = |place: &mut Option<f64>, value: Option<f64>| {
        *place = value.or(*place);
        value.is_some()
    };
    match name {
        "APP_MAX_RETRIES" | "APP_MAX_ATTEMPTS" => {
            let attempts = text.parse().ok();
            config.max_attempts = attempts.or(config.max_attempts);
            attempts.is_some()
        }
        "APP_INITIAL_DELAY" => keep(&mut config.initial_delay, seconds()),
        "APP_MAX_DELAY" => keep(&mut config.max_delay, seconds()),
        "APP_MAX_HINT" => keep(&mut config.max_hint, seconds()),
        "APP_RETRY_JITTER" => {
            config.jitter = jitter(text);
            config.jitter.is_some()
        }
        _ => {
            config.hint = hint(text);
            config.hint.is_some()
        }
    }
}

fn hint(text: &str) -> Option<HintMode> {
    match &*text.trim().to_ascii_lowercase() {
        "at_least" => Some(HintMode::AtLeast),
        "exact" => Some(HintMode::Exact),
        _ => None,
    }
}

/// Reads a jitter, whose number is in range.
fn jitter(text: &str) -> Option<JitterConfig> {
    let text = text.trim().to_ascii_lowercase();
    let fraction = |text: &str| text.trim().parse().ok().filter(|fraction| (0.0..=1.0).contains(fraction));
    Some(match &*text {
        "true" => JitterConfig::On,
        "false" | "none" => Jitter::None.into(),
        "full" => Jitter::Full.into(),
        "equal" => Jitter::Equal.into(),
        "decorrelated" => Jitter::Decorrelated.into(),
        _ => {
            if let Some(fraction) = fraction(&text) {
                return Some(Jitter::Additive(fraction).into());
            }
            let (word, argument) = text.strip_suffix(')')?.split_once('(')?;
            match word.trim_end() {
                "spread" => Jitter::Spread(fraction(argument)?).into(),
                "up_to" => Jitter::UpTo(width(argument)?).into(),
                _ => return None,
            }
        }
    })
}

/// Reads a length of time: a number of seconds, or a number with a unit.
fn width(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds(text.trim().trim_matches('"'))?).ok()
}

/// Reads a number of seconds, or numbers with units, from the last one to the first.
fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64, f64); 6] = [
        ("ns", 1.0, 1e9),
        ("us", 1.0, 1e6),
        ("ms", 1.0, 1e3),
        ("s", 1.0, 1.0),
        ("m", 60.0, 1.0),
        ("h", 3600.0, 1.0),
    ];
    let text = text.trim().to_ascii_lowercase();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (mut rest, mut parts) = (&*text, Vec::new());
    while !rest.is_empty() || parts.is_empty() {
        let (before, times, over) =
            UNITS.iter().find_map(|(unit, times, over)| Some((rest.strip_suffix(unit)?, times, over)))?;
        let before = before.trim_end();
        let others = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '_');
        let number = before.strip_prefix(others)?;
        // Right after a unit, a number begins with a digit.
        if others.ends_with(|c: char| c.is_ascii_alphabetic()) && number.starts_with(['.', '_']) {
            return None;
        }
        let number = number.replace('_', "");
        parts.push(number.parse::<f64>().ok().filter(|_| number.len() <= 64)? * times / over);
        rest = others.trim_end();
    }
    Some(parts.iter().rev().sum())
}

/// Builds a policy by its setters.
fn built(config: &PolicyConfig, policy: Policy) -> Policy {
    let time = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    let mut built = policy;
    built = config.max_attempts.map_or(built, |attempts| built.max(attempts.max(1)));
    built = if config.unlimited { built.unlimited() } else { built };
    built = config.initial_delay.map_or(built, |seconds| built.base(time(seconds)));
    built = config.max_delay.map_or(built, |seconds| built.max_delay(time(seconds)));
    built = config.exponential_base.map_or(built, |factor| built.factor(factor));
    built = config.backoff.map_or(built, |backoff| built.backoff(backoff));
    built = match config.jitter {
        Some(JitterConfig::Kind(jitter)) => built.jitter(jitter),
        // The policy has jitter already.
        _ => built,
    };
    built = config.deadline.map_or(built, |seconds| built.deadline(time(seconds)));
    built = config.max_hint.map_or(built, |seconds| built.max_hint(time(seconds)));
    config.hint.map_or(built, |mode| built.hint(mode))
}

fn check_file(text: &str) {
    let read = serde_json::from_str::<PolicyConfig>(text);
    let expected = serde_json::from_str::<Pairs>(text).ok().and_then(|pairs| model(&pairs.0));
    match (&read, &expected) {
        (Err(error), _) => assert!(expected.is_none(), "{error} in {text}"),
        (Ok(read), Some(expected)) => assert_eq!(read, expected, "{text}"),
        (Ok(read), None) => panic!("{read:?} is read from {text}"),
    }
    let Ok(config) = read else { return };
    match config.over(Policy::new()) {
        Ok(policy) => {
            assert!(policy.validate().is_ok() && is_in_range(&config), "{text}");
            assert_eq!(policy, built(&config, Policy::new()), "{text}");
            assert_eq!(serde_json::from_str::<Policy>(text).ok(), Some(policy), "{text}");
            check_round_trip(policy, text);
        }
        Err(refused) => {
            let message = refused.to_string();
            assert!(message.starts_with('`') && message.contains("; write "), "{message}");
            assert!(FIELDS.contains(&refused.field()) || refused.field() == "delays[0]", "{message}");
            assert!(!is_in_range(&config) || built(&config, Policy::new()).validate().is_err(), "{message}");
            assert!(serde_json::from_str::<Policy>(text).is_err(), "{text}");
        }
    }
}

/// A policy that is written and read is the same, up to the 16 digits of a number of seconds.
fn check_round_trip(policy: Policy, text: &str) {
    let written = serde_json::to_string(&policy).unwrap_or_default();
    let again =
        serde_json::from_str::<Policy>(&written).map(|read| serde_json::to_string(&read).unwrap_or_default());
    assert_eq!(again.unwrap_or_default(), written, "from {text}");
}

fn is_in_range(config: &PolicyConfig) -> bool {
    let times = [config.initial_delay, config.max_delay, config.deadline, config.max_hint];
    let is_fraction = match config.jitter {
        Some(JitterConfig::Kind(Jitter::Additive(f) | Jitter::Spread(f))) => (0.0..=1.0).contains(&f),
        _ => true,
    };
    times.into_iter().flatten().all(|seconds| (0.0..=MOST_SECONDS).contains(&seconds))
        && config.exponential_base.is_none_or(|factor| factor >= 1.0 && factor.is_finite())
        && is_fraction
        && !(config.unlimited && config.max_attempts.is_some())
}

/// The fields of an object in their order, also those that stand there twice.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Reads a config from a parsed file. Numbers may be out of range.
fn model(pairs: &[(String, Value)]) -> Option<PolicyConfig> {
    let mut config = PolicyConfig::default();
    for (at, (name, value)) in pairs.iter().enumerate() {
        let name = field(name);
        if !FIELDS.contains(&name) || pairs[..at].iter().any(|(other, _)| field(other) == name) {
            return None;
        }
        if value.is_null() {
            continue;
        }
        match name {
            "max_attempts" => config.max_attempts = Some(u32::try_from(value.as_u64()?).ok()?),
            "unlimited" => config.unlimited = value.as_bool()?,
            "initial_delay" => config.initial_delay = Some(time(value)?),
            "max_delay" => config.max_delay = Some(time(value)?),
            "exponential_base" => config.exponential_base = Some(value.as_f64()?),
            "deadline" => config.deadline = Some(time(value)?),
            "max_hint" => config.max_hint = Some(time(value)?),
            "hint" => config.hint = Some(hint(value.as_str()?)?),
            "backoff" => config.backoff = Some(backoff(value.as_str()?)?),
            _ => config.jitter = Some(any_jitter(value)?),
        }
    }
    Some(config)
}

/// Returns the field that a key of a file names.
fn field(key: &str) -> &str {
    match key {
        "max" => "max_attempts",
        "base" => "initial_delay",
        "factor" => "exponential_base",
        field => field,
    }
}

/// Reads a duration of a file, in seconds.
fn time(value: &Value) -> Option<f64> {
    value.as_str().map_or_else(|| value.as_f64(), seconds)
}

fn backoff(text: &str) -> Option<Backoff> {
    let text = text.trim().to_ascii_lowercase();
    Some(match &*text {
        "exponential" => Backoff::Exponential,
        "linear" => Backoff::Linear,
        "constant" => Backoff::Constant,
        "fibonacci" => Backoff::Fibonacci,
        _ => {
            let (word, step) = text.strip_suffix(')')?.split_once('(')?;
            (word.trim_end() == "linear").then(|| width(step).map(Backoff::LinearBy))??
        }
    })
}

/// Reads a jitter of a file, whose number may be out of range: it is refused later.
fn any_jitter(value: &Value) -> Option<JitterConfig> {
    if let Some(is_on) = value.as_bool() {
        return Some(is_on.into());
    }
    if let Some(fraction) = value.as_f64() {
        return Some(fraction.into());
    }
    let text = value.as_str()?;
    if let Some(jitter) = jitter(text) {
        return Some(jitter);
    }
    let text = text.trim().to_ascii_lowercase();
    if let Ok(fraction) = text.parse::<f64>() {
        return Some(fraction.into());
    }
    let (word, argument) = text.strip_suffix(')')?.split_once('(')?;
    let fraction = argument.trim().parse().ok()?;
    (word.trim_end() == "spread").then(|| Jitter::Spread(fraction).into())
}
