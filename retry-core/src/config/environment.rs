//! Reads settings from the environment, such as `DEPLOYMENT_MAX_ATTEMPTS=5`, for the policies that name the prefix.

use std::collections::BTreeMap;
use std::env;
use std::string::String;
use std::sync::{PoisonError, RwLock};
use std::vec::Vec;

use super::config::PolicyConfig;
use super::duration;
use super::invalid::Allowed;
use super::spelling;
use crate::observe;
use crate::policy::Policy;

/// The settings under each prefix that was read. A prefix is read once, so that all functions with the prefix agree and
/// an invalid value is logged once.
static READ: RwLock<BTreeMap<&str, PolicyConfig>> = RwLock::new(BTreeMap::new());

impl Policy {
    /// Returns this policy with the values of environment variables in the place of its own, as `env = "PREFIX"` does.
    ///
    /// | variable | value |
    /// |---|---|
    /// | `PREFIX_MAX_ATTEMPTS` | limit on attempts, the first included; 0 counts as 1: no retries |
    /// | `PREFIX_MAX_RETRIES` | equivalent to `PREFIX_MAX_ATTEMPTS`, which takes precedence |
    /// | `PREFIX_INITIAL_DELAY`, `PREFIX_MAX_DELAY` | seconds, or a duration such as `1m30s` |
    /// | `PREFIX_RETRY_JITTER` | `true`, `false`, a fraction or a kind |
    /// | `PREFIX_MAX_HINT` | seconds, or a duration |
    /// | `PREFIX_RETRY_HINT` | `at_least` or `exact` |
    ///
    /// Kinds of jitter are spelled as in the attribute, in any case: `full`, `spread(0.1)`, `up_to(0.5)` in seconds.
    /// The environment is read once for each prefix. An empty variable counts as unset. An invalid value is logged once
    /// at level `error`, and ignored. Of two limits, the shorter applies.
    ///
    /// ```
    /// use retry_core::preset;
    ///
    /// let policy = preset::API_CALL.with_env("DEPLOYMENT");
    /// assert_eq!(policy, preset::API_CALL); // none of the variables is set here
    /// ```
    #[must_use]
    pub fn with_env(self, prefix: &'static str) -> Policy {
        settings(prefix).applied(self)
    }

    /// Returns this policy with the values of variables that are no part of the environment, and the refused variables. For
    /// the fuzz targets, because the environment is read once.
    #[cfg(fuzzing)]
    #[doc(hidden)]
    pub fn with_variables(
        self,
        prefix: &str,
        variable: impl Fn(&str) -> Option<String>,
    ) -> (Policy, Vec<(String, String)>) {
        let (config, refused) = read(prefix, variable);
        (config.applied(self), refused.into_iter().map(|refused| (refused.variable, refused.value)).collect())
    }
}

fn settings(prefix: &'static str) -> PolicyConfig {
    let known = READ.read().unwrap_or_else(PoisonError::into_inner).get(prefix).copied();
    known.unwrap_or_else(|| {
        let (config, refused) =
            read(prefix, |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()));
        let mut all = READ.write().unwrap_or_else(PoisonError::into_inner);
        let is_first = all.insert(prefix, config).is_none();
        drop(all);
        for Refused { variable, value, allowed } in refused.iter().filter(|_| is_first) {
            observe::refused_setting(variable, value, allowed);
        }
        config
    })
}

/// A variable whose value is not allowed.
#[derive(Debug, PartialEq)]
struct Refused {
    variable: String,
    value: String,
    allowed: Allowed,
}

/// A function that parses a text and sets a setting.
type Set = fn(&mut PolicyConfig, &str) -> Result<(), Allowed>;

/// The variables, each after the variables over which it takes precedence.
const VARIABLES: [(&str, Set); 7] = [
    ("MAX_RETRIES", attempts),
    ("MAX_ATTEMPTS", attempts),
    ("INITIAL_DELAY", |config, text| seconds(&mut config.initial_delay, text)),
    ("MAX_DELAY", |config, text| seconds(&mut config.max_delay, text)),
    ("RETRY_JITTER", jitter),
    ("MAX_HINT", |config, text| seconds(&mut config.max_hint, text)),
    ("RETRY_HINT", hint),
];

fn attempts(config: &mut PolicyConfig, text: &str) -> Result<(), Allowed> {
    config.max_attempts = Some(text.parse().map_err(|_| Allowed::Attempts)?);
    Ok(())
}

fn seconds(field: &mut Option<f64>, text: &str) -> Result<(), Allowed> {
    *field = Some(duration::seconds(text).ok_or(Allowed::Duration)?);
    Ok(())
}

fn jitter(config: &mut PolicyConfig, text: &str) -> Result<(), Allowed> {
    config.jitter = Some(spelling::jitter(text).ok_or(Allowed::Jitter)?);
    Ok(())
}

fn hint(config: &mut PolicyConfig, text: &str) -> Result<(), Allowed> {
    config.hint = Some(spelling::hint(text).ok_or(Allowed::Hint)?);
    Ok(())
}

/// Reads the settings under a prefix, and returns them with the refused variables.
fn read(prefix: &str, variable: impl Fn(&str) -> Option<String>) -> (PolicyConfig, Vec<Refused>) {
    let (mut config, mut refused) = (PolicyConfig::default(), Vec::new());
    for (suffix, set) in VARIABLES {
        let name = [prefix, suffix].join("_");
        // Most deployments set a variable to an empty text instead of unsetting it.
        let Some(value) = variable(&name).filter(|value| !value.trim().is_empty()) else { continue };
        let mut changed = config;
        let checked = set(&mut changed, value.trim())
            .and_then(|()| changed.check_values().map_err(|invalid| invalid.allowed));
        match checked {
            Ok(()) => config = changed,
            Err(allowed) => refused.push(Refused { variable: name, value, allowed }),
        }
    }
    (config, refused)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::config::JitterConfig;
    use crate::policy::{HintMode, Jitter};

    fn read_from(variables: &[(&str, &str)]) -> (PolicyConfig, Vec<Refused>) {
        read("APP", |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn jitter_of(text: &str) -> Option<JitterConfig> {
        let (config, refused) = read_from(&[("APP_RETRY_JITTER", text)]);
        assert_eq!(refused.is_empty(), config.jitter.is_some(), "{text}");
        config.jitter
    }

    #[test]
    fn each_variable_is_a_setting() {
        let (config, refused) = read_from(&[
            ("APP_MAX_ATTEMPTS", "7"),
            ("APP_INITIAL_DELAY", "0.25"),
            ("APP_MAX_DELAY", " 12 "),
            ("APP_RETRY_JITTER", "0.5"),
            ("APP_MAX_HINT", "90"),
            ("APP_RETRY_HINT", "Exact"),
            ("APP_DEADLINE", "not ours"),
        ]);
        assert_eq!(refused, []);
        let expected = PolicyConfig {
            max_attempts: Some(7),
            initial_delay: Some(0.25),
            max_delay: Some(12.0),
            jitter: Some(0.5.into()),
            max_hint: Some(90.0),
            hint: Some(HintMode::Exact),
            ..PolicyConfig::default()
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn a_duration_has_units_or_is_in_seconds() {
        for (text, expected) in
            [("90", 90.0), ("90s", 90.0), ("1m30s", 90.0), ("1M 30S", 90.0), ("250ms", 0.25)]
        {
            for suffix in ["INITIAL_DELAY", "MAX_DELAY", "MAX_HINT"] {
                let (config, refused) = read_from(&[(&format!("APP_{suffix}"), text)]);
                assert_eq!(refused, [], "{suffix}={text}");
                let read = config.initial_delay.or(config.max_delay).or(config.max_hint);
                assert_eq!(read, Some(expected), "{suffix}={text}");
            }
        }
    }

    #[test]
    fn the_older_name_counts_where_the_newer_is_not_set_or_wrong() {
        let attempts = |variables| read_from(variables).0.max_attempts;
        assert_eq!(attempts(&[("APP_MAX_RETRIES", "4")]), Some(4));
        assert_eq!(attempts(&[("APP_MAX_RETRIES", "4"), ("APP_MAX_ATTEMPTS", "6")]), Some(6));
        assert_eq!(attempts(&[("APP_MAX_RETRIES", "4"), ("APP_MAX_ATTEMPTS", "six")]), Some(4));
    }

    #[test]
    fn jitter_is_on_off_a_fraction_or_a_kind() {
        for (text, expected) in [
            ("true", JitterConfig::On),
            ("True", JitterConfig::On),
            ("FALSE", Jitter::None.into()),
            ("none", Jitter::None.into()),
            ("0.3", Jitter::Additive(0.3).into()),
            ("1", Jitter::Additive(1.0).into()),
            ("full", Jitter::Full.into()),
            ("equal", Jitter::Equal.into()),
            ("decorrelated", Jitter::Decorrelated.into()),
            ("spread(0.1)", Jitter::Spread(0.1).into()),
            ("up_to(0.5)", Jitter::UpTo(Duration::from_millis(500)).into()),
            ("FULL", Jitter::Full.into()),
            ("Decorrelated", Jitter::Decorrelated.into()),
            ("SPREAD(0.2)", Jitter::Spread(0.2).into()),
            ("Spread ( 0.2 )", Jitter::Spread(0.2).into()),
            ("Up_To(1s)", Jitter::UpTo(Duration::from_secs(1)).into()),
            ("UP_TO(250MS)", Jitter::UpTo(Duration::from_millis(250)).into()),
            ("up_to(\"1.5 m\")", Jitter::UpTo(Duration::from_secs(90)).into()),
            ("up_to(7ns)", Jitter::UpTo(Duration::from_nanos(7)).into()),
        ] {
            assert_eq!(jitter_of(text), Some(expected), "{text}");
        }
        for text in [
            "yes",
            "1.5",
            "-0.1",
            "nan",
            "spread",
            "spread()",
            "spread(2)",
            "spread(1s)",
            "up_to(-1)",
            "up_to(s)",
            "up_to(1d)",
            "up_to(é)",
            "full(1)",
        ] {
            assert_eq!(jitter_of(text), None, "{text}");
        }
    }

    #[test]
    fn an_empty_variable_is_unset() {
        for empty in ["", " ", "\t\n"] {
            for (suffix, _) in VARIABLES {
                let (config, refused) = read_from(&[(&format!("APP_{suffix}"), empty)]);
                assert_eq!((config, refused), (PolicyConfig::default(), Vec::new()), "{suffix}={empty:?}");
            }
        }
        let older = read_from(&[("APP_MAX_RETRIES", "4"), ("APP_MAX_ATTEMPTS", "")]);
        assert_eq!(older.0.max_attempts, Some(4), "the older name counts where the newer is empty");
    }

    #[test]
    fn no_attempts_or_retries_are_one_attempt() {
        for name in ["APP_MAX_RETRIES", "APP_MAX_ATTEMPTS"] {
            let (config, refused) = read_from(&[(name, "0")]);
            assert_eq!(refused, [], "{name}");
            assert_eq!(config.applied(Policy::new()), Policy::new().max(1), "{name}");
        }
    }

    #[test]
    fn a_bad_value_is_refused_by_name_and_the_others_count() {
        let (config, refused) = read_from(&[
            ("APP_MAX_ATTEMPTS", "-1"),
            ("APP_INITIAL_DELAY", "-1"),
            ("APP_MAX_DELAY", "1 month"),
            ("APP_RETRY_JITTER", "full"),
            ("APP_MAX_HINT", "-1"),
            ("APP_RETRY_HINT", "never"),
        ]);
        assert_eq!(config, PolicyConfig { jitter: Some(Jitter::Full.into()), ..PolicyConfig::default() });
        let refusals: Vec<_> = refused.iter().map(|r| (&*r.variable, &*r.value, r.allowed)).collect();
        assert_eq!(
            refusals,
            [
                ("APP_MAX_ATTEMPTS", "-1", Allowed::Attempts),
                ("APP_INITIAL_DELAY", "-1", Allowed::Seconds),
                ("APP_MAX_DELAY", "1 month", Allowed::Duration),
                ("APP_MAX_HINT", "-1", Allowed::Seconds),
                ("APP_RETRY_HINT", "never", Allowed::Hint),
            ]
        );
    }
}
