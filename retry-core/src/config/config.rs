//! Defines `PolicyConfig`, a policy as plain data from a file, the environment or another place for settings.

use core::time::Duration;

use super::invalid::{Allowed, InvalidConfig, name};
use super::jitter::JitterConfig;
use crate::policy::nanos::{Nanos, to_duration};
use crate::policy::{Backoff, HintMode, InvalidPolicy, Jitter, Policy, rules};

/// A policy as plain data, for settings that come from outside the program. A value that is `None` is not configured.
///
/// `Policy::try_from(config)` starts from the [defaults](crate::policy::preset::DEFAULT), and
/// [`over`](PolicyConfig::over) from any policy. The fields are of plain types, so that a value out of range can be kept until
/// it is checked; durations are in seconds with decimals, exact to the nanosecond up to 97 days, and to 16 digits beyond.
///
/// With the feature `serde`, the config is read and written under the names of its fields, in JSON, TOML and similar
/// formats. So is `Policy`, which is checked when it is read. `max`, `base` and `factor`, the words of the attribute, are
/// read as `max_attempts`, `initial_delay` and `exponential_base`, and a duration may be a text such as `"1m30s"`.
///
/// A list of delays cannot be read: [`Backoff::List`] borrows its items for the rest of the program, and items that are
/// read would have to be leaked. A policy with a list cannot be written either. Over such a policy, `initial_delay` and
/// `exponential_base` have no effect unless `backoff` replaces the list.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Policy, PolicyConfig, preset};
///
/// let config = PolicyConfig::new().max_attempts(5).max_delay(Duration::from_secs(30));
///
/// let policy = Policy::try_from(config)?;
/// assert_eq!(policy, Policy::new().max(5).max_delay(Duration::from_secs(30)));
/// assert_eq!(config.over(preset::S3_UPLOAD)?, preset::S3_UPLOAD);
///
/// let mut config = PolicyConfig::new();
/// config.max_delay = Some(-1.0);
/// let error = config.over(policy).unwrap_err();
/// assert_eq!(error.to_string(), "`max_delay` is -1; write a number of seconds from 0 to 18446744073");
/// # Ok::<(), retry_core::InvalidConfig>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PolicyConfig {
    /// The limit on attempts, the first included. 0 counts as 1: no retries.
    pub max_attempts: Option<u32>,
    /// Whether attempts are unlimited; not together with `max_attempts`.
    pub unlimited: bool,
    /// The first raw delay, in seconds.
    pub initial_delay: Option<f64>,
    /// The longest delay, jitter included, in seconds; at least `initial_delay`.
    pub max_delay: Option<f64>,
    /// The factor by which an exponential backoff multiplies the delay each time; at least 1.
    pub exponential_base: Option<f64>,
    /// The growth of the raw delay.
    pub backoff: Option<Backoff>,
    /// The randomisation of delays.
    pub jitter: Option<JitterConfig>,
    /// The limit on the start of attempts, in seconds after the start of the first; more than `initial_delay`.
    pub deadline: Option<f64>,
    /// The longest wait that the peer may ask for, in seconds.
    pub max_hint: Option<f64>,
    /// The effect of a wait that the peer asks for.
    pub hint: Option<HintMode>,
}

impl PolicyConfig {
    /// Returns `policy` with the configured values in the place of its own.
    ///
    /// # Errors
    /// Returns the first value that is out of range, by itself or together with another value.
    pub fn over(&self, policy: Policy) -> Result<Policy, InvalidConfig> {
        self.check_values()?;
        let policy = self.applied(policy);
        policy.validate().map_err(|rule| self.clash(rule, &policy))?;
        Ok(policy)
    }

    /// Checks each value by itself.
    pub(crate) fn check_values(&self) -> Result<(), InvalidConfig> {
        if let Some(attempts) = self.max_attempts {
            if self.unlimited {
                let (field, value) = (name::MAX_ATTEMPTS, f64::from(attempts));
                return Err(InvalidConfig { field, value, allowed: Allowed::Alone });
            }
        }
        for (field, seconds) in [
            (name::INITIAL_DELAY, self.initial_delay),
            (name::MAX_DELAY, self.max_delay),
            (name::DEADLINE, self.deadline),
            (name::MAX_HINT, self.max_hint),
        ] {
            if let Some(seconds) = seconds {
                rules::seconds(seconds).map_err(|rule| InvalidConfig::new(field, seconds, rule))?;
            }
        }
        if let Some(factor) = self.exponential_base {
            rules::factor(factor).map_err(|rule| InvalidConfig::new(name::EXPONENTIAL_BASE, factor, rule))?;
        }
        if let Some(JitterConfig::Kind(jitter)) = self.jitter {
            rules::jitter(jitter).map_err(|rule| InvalidConfig::new(name::JITTER, size(jitter), rule))?;
        }
        Ok(())
    }

    /// Returns `policy` with the configured values, each of which must be in range. Of two limits, the shorter applies.
    pub(crate) fn applied(&self, mut policy: Policy) -> Policy {
        if let Some(attempts) = self.max_attempts {
            policy = policy.max_or_one(attempts);
        } else if self.unlimited {
            policy = policy.unlimited();
        }
        if let Some(seconds) = self.initial_delay {
            policy = policy.base(duration(seconds));
        }
        if let Some(seconds) = self.max_delay {
            policy = policy.max_delay(duration(seconds));
        }
        if let Some(factor) = self.exponential_base {
            policy = policy.factor_or_one(factor);
        }
        if let Some(backoff) = self.backoff {
            policy = policy.backoff(backoff);
        }
        if let Some(jitter) = self.jitter {
            policy = policy.jitter_or_nearest(jitter.over(policy.jitter.kind));
        }
        if let Some(seconds) = self.deadline {
            policy = policy.deadline(duration(seconds));
        }
        if let Some(seconds) = self.max_hint {
            policy = policy.max_hint(duration(seconds));
        }
        if let Some(mode) = self.hint {
            policy = policy.hint(mode);
        }
        policy
    }

    /// Returns the error for two values that contradict each other. It names the lower value if that is configured,
    /// otherwise the upper.
    fn clash(&self, rule: InvalidPolicy, policy: &Policy) -> InvalidConfig {
        let base = (name::INITIAL_DELAY, in_seconds(policy.backoff.base), self.initial_delay.is_some());
        let max_delay = (name::MAX_DELAY, in_seconds(policy.max_delay));
        let width = (name::JITTER, size(policy.jitter.kind), self.jitter.is_some());
        let deadline = (name::DEADLINE, in_seconds(policy.deadline));
        let first_delay = ("delays[0]", in_seconds(policy.backoff.raw(1)), false);
        let (lower, upper, below, above) = match rule {
            InvalidPolicy::BaseAboveMaxDelay => (base, max_delay, "at most", "at least"),
            InvalidPolicy::WidthNotBelowMaxDelay => (width, max_delay, "less than", "more than"),
            InvalidPolicy::DelayNotBelowDeadline => (first_delay, deadline, "less than", "more than"),
            _ => (base, deadline, "less than", "more than"),
        };
        if lower.2 {
            let allowed = Allowed::Beside { side: below, other: upper.0, value: upper.1 };
            InvalidConfig { field: lower.0, value: lower.1, allowed }
        } else {
            let allowed = Allowed::Beside { side: above, other: lower.0, value: lower.1 };
            InvalidConfig { field: upper.0, value: upper.1, allowed }
        }
    }
}

impl TryFrom<PolicyConfig> for Policy {
    type Error = InvalidConfig;

    /// Returns the [defaults](crate::policy::preset::DEFAULT) with the configured values in the place of their own.
    fn try_from(config: PolicyConfig) -> Result<Policy, InvalidConfig> {
        config.over(Policy::new())
    }
}

impl From<Policy> for PolicyConfig {
    /// Returns a config with all values of the policy. A `max_delay` that was never set is left out: the default is the
    /// same, but does not apply to a list of delays.
    fn from(policy: Policy) -> PolicyConfig {
        PolicyConfig {
            max_attempts: policy.max_attempts(),
            unlimited: policy.max_attempts().is_none(),
            initial_delay: Some(in_seconds(policy.backoff.base)),
            max_delay: policy.written_max_delay().map(in_seconds),
            exponential_base: Some(policy.backoff.factor),
            backoff: Some(policy.backoff.kind()),
            jitter: Some(JitterConfig::Kind(policy.jitter.kind)),
            deadline: policy.has_deadline().then(|| in_seconds(policy.deadline)),
            max_hint: Some(in_seconds(policy.max_hint)),
            hint: Some(policy.hint),
        }
    }
}

/// Returns the number in a jitter: its fraction, or its width in seconds.
fn size(jitter: Jitter) -> f64 {
    match jitter {
        Jitter::Additive(fraction) | Jitter::Spread(fraction) => fraction,
        Jitter::UpTo(width) => width.as_secs_f64(),
        _ => 0.0,
    }
}

/// Converts seconds to a duration, rounded to the nearest nanosecond. The duration saturates.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

fn in_seconds(nanos: Nanos) -> f64 {
    to_duration(nanos).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(config: PolicyConfig) -> (&'static str, String) {
        let error = Policy::try_from(config).expect_err("a value is out of range");
        (error.field(), error.to_string())
    }

    const NOTHING: PolicyConfig = PolicyConfig {
        max_attempts: None,
        unlimited: false,
        initial_delay: None,
        max_delay: None,
        exponential_base: None,
        backoff: None,
        jitter: None,
        deadline: None,
        max_hint: None,
        hint: None,
    };

    #[test]
    fn nothing_configured_is_the_default() {
        assert_eq!(PolicyConfig::default(), NOTHING);
        assert_eq!(Policy::try_from(NOTHING), Ok(Policy::new()));
    }

    #[test]
    fn each_field_is_a_value_of_the_policy() {
        let config = PolicyConfig {
            max_attempts: Some(7),
            initial_delay: Some(0.25),
            max_delay: Some(12.0),
            exponential_base: Some(1.5),
            backoff: Some(Backoff::Linear),
            jitter: Some(Jitter::Equal.into()),
            deadline: Some(90.0),
            max_hint: Some(30.0),
            hint: Some(HintMode::Exact),
            unlimited: false,
        };
        let policy = Policy::new()
            .max(7)
            .base(Duration::from_millis(250))
            .max_delay(Duration::from_secs(12))
            .factor(1.5)
            .backoff(Backoff::Linear)
            .jitter(Jitter::Equal)
            .deadline(Duration::from_secs(90))
            .max_hint(Duration::from_secs(30))
            .hint(HintMode::Exact);
        assert_eq!(Policy::try_from(config), Ok(policy));
        assert_eq!(PolicyConfig::from(policy), config);
        let unlimited = PolicyConfig { max_attempts: None, unlimited: true, ..config };
        assert_eq!(unlimited.over(policy), Ok(policy.unlimited()));
        assert_eq!(PolicyConfig::from(policy.unlimited()), unlimited);
    }

    #[test]
    fn a_value_out_of_range_is_named_with_its_range() {
        let seconds = "write a number of seconds from 0 to 18446744073";
        for (config, field, message) in [
            (
                PolicyConfig { max_attempts: Some(2), unlimited: true, ..NOTHING },
                "max_attempts",
                "is 2; write either that or `unlimited`",
            ),
            (
                PolicyConfig { initial_delay: Some(-1.5), ..NOTHING },
                "initial_delay",
                &format!("is -1.5; {seconds}"),
            ),
            (
                PolicyConfig { max_delay: Some(f64::NAN), ..NOTHING },
                "max_delay",
                &format!("is NaN; {seconds}"),
            ),
            (
                PolicyConfig { deadline: Some(f64::INFINITY), ..NOTHING },
                "deadline",
                &format!("is inf; {seconds}"),
            ),
            (
                PolicyConfig { max_hint: Some(2e10), ..NOTHING },
                "max_hint",
                &format!("is 20000000000; {seconds}"),
            ),
            (
                PolicyConfig { exponential_base: Some(0.5), ..NOTHING },
                "exponential_base",
                "is 0.5; write a finite number from 1 up",
            ),
            (
                PolicyConfig { jitter: Some(1.5.into()), ..NOTHING },
                "jitter",
                "is 1.5; write a fraction from 0 to 1",
            ),
        ] {
            assert_eq!(refused(config), (field, format!("`{field}` {message}")));
        }
    }

    #[test]
    fn a_value_that_contradicts_another_is_named_with_it() {
        let up_to = |seconds| Some(Jitter::UpTo(Duration::from_secs(seconds)).into());
        for (config, message) in [
            (
                PolicyConfig { initial_delay: Some(61.0), ..NOTHING },
                "`initial_delay` is 61; write at most 60, which `max_delay` is",
            ),
            (
                PolicyConfig { max_delay: Some(0.5), ..NOTHING },
                "`max_delay` is 0.5; write at least 1, which `initial_delay` is",
            ),
            (
                PolicyConfig { jitter: up_to(60), ..NOTHING },
                "`jitter` is 60; write less than 60, which `max_delay` is",
            ),
            (
                PolicyConfig { deadline: Some(1.0), ..NOTHING },
                "`deadline` is 1; write more than 1, which `initial_delay` is",
            ),
            (
                PolicyConfig { initial_delay: Some(3.0), deadline: Some(2.0), ..NOTHING },
                "`initial_delay` is 3; write less than 2, which `deadline` is",
            ),
        ] {
            assert_eq!(refused(config).1, message);
        }
        let wide = Policy::new().jitter(Jitter::UpTo(Duration::from_secs(5)));
        let error = PolicyConfig { max_delay: Some(5.0), ..NOTHING }.over(wide).unwrap_err();
        assert_eq!(error.to_string(), "`max_delay` is 5; write more than 5, which `jitter` is");
    }

    #[test]
    fn a_list_is_kept_unless_another_backoff_is_configured() {
        const LIST: &[Duration] = &[Duration::from_secs(70), Duration::from_secs(5)];
        let listed = Policy::new().list(LIST);
        assert_eq!(PolicyConfig::from(listed).over(Policy::new()), Ok(listed));
        let base = PolicyConfig { initial_delay: Some(90.0), ..NOTHING }.over(listed).unwrap();
        assert_eq!(base.worst_case_wait(), listed.worst_case_wait());
        let capped = PolicyConfig { max_delay: Some(60.0), ..NOTHING }.over(listed).unwrap();
        assert_eq!(capped.delay_bounds(1).1, listed.max_delay(Duration::from_secs(60)).delay_bounds(1).1);
        let linear = PolicyConfig { backoff: Some(Backoff::Linear), ..NOTHING }.over(listed);
        assert_eq!(linear, Ok(Policy::new().max(3).backoff(Backoff::Linear)));
        let error = PolicyConfig { deadline: Some(70.0), ..NOTHING }.over(listed).unwrap_err();
        assert_eq!(error.to_string(), "`deadline` is 70; write more than 70, which `delays[0]` is");
    }

    #[test]
    fn no_attempts_are_one_attempt() {
        let none = PolicyConfig { max_attempts: Some(0), ..NOTHING };
        assert_eq!(Policy::try_from(none), Ok(Policy::new().max(1)));
        assert_eq!(none.over(Policy::new().unlimited()), Ok(Policy::new().max(1)));
    }

    #[test]
    fn jitter_that_is_on_is_the_policys_own() {
        let on = PolicyConfig { jitter: Some(true.into()), ..NOTHING };
        let off = PolicyConfig { jitter: Some(false.into()), ..NOTHING };
        let full = Policy::new().jitter(Jitter::Full);
        let none = Policy::new().jitter(Jitter::None);
        assert_eq!(on.over(full), Ok(full));
        assert_eq!(on.over(none), Ok(Policy::new()));
        assert_eq!(off.over(full), Ok(none));
    }
}
