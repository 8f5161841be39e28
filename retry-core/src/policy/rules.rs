//! Checks single values of a policy, for setters, configuration and the attribute.
#![expect(clippy::missing_errors_doc, reason = "each first line is the rule; breaking the rule is the error")]

use core::fmt;
use core::time::Duration;

use super::jitter::Jitter;
use super::nanos::FOREVER;

/// The error of a value, or of a pair of values, that no policy may have. It displays the mistake and the correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidPolicy {
    /// `max` is 0.
    MaxIsZero,
    /// `factor` is below 1, infinite or not a number.
    Factor,
    /// The fraction of a jitter is outside `0..=1` or not a number.
    Fraction,
    /// A number of seconds is negative, not finite, or above 584 years.
    Seconds,
    /// `attempt_timeout` is 0.
    AttemptTimeoutIsZero,
    /// `base` is above `max_delay`.
    BaseAboveMaxDelay,
    /// The width of `Jitter::UpTo` is not below `max_delay`.
    WidthNotBelowMaxDelay,
    /// `base` is not below `deadline`.
    BaseNotBelowDeadline,
    /// The first item of a list is not below `deadline`.
    DelayNotBelowDeadline,
    /// A list has no delays.
    NoDelays,
    /// The worst case takes longer than `within`.
    WithinExceeded,
}

impl InvalidPolicy {
    /// Returns the mistake and the correction as one message.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::MaxIsZero => {
                "`max` counts attempts, the first included, so it cannot be 0; write `max = 1` for no retry"
            }
            Self::Factor => {
                "`factor` is not a finite number of at least 1; write `factor = 2` to double the delay"
            }
            Self::Fraction => "the jitter fraction is not in 0..=1; write `0.3` for 30 %",
            Self::Seconds => "the number of seconds is negative, not finite, or above 584 years",
            Self::AttemptTimeoutIsZero => {
                "an attempt of no time cannot succeed; write how long one may take, such as `attempt_timeout = \"5s\"`"
            }
            // These messages contain no values: the policy may start from a preset, or from the caller's own policy.
            Self::BaseAboveMaxDelay => "`base` is above `max_delay`; lower `base` or raise `max_delay`",
            Self::WidthNotBelowMaxDelay => {
                "the width of `up_to` is not below `max_delay`; lower it or raise `max_delay`"
            }
            Self::BaseNotBelowDeadline => {
                "`base` is not below `deadline`, so no retry could start; lower `base` or raise `deadline`"
            }
            Self::DelayNotBelowDeadline => {
                "the first delay is not below `deadline`, so no retry could start; lower it or raise `deadline`"
            }
            Self::NoDelays => {
                "`delays` is empty; write `delays = [\"100ms\", \"1s\"]`, or `max = 1` for no retry"
            }
            Self::WithinExceeded => {
                "the longest possible wait exceeds `within`; lower `max`, `base` or `max_delay`, or raise `within`"
            }
        }
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for InvalidPolicy {}

/// The result of a check.
pub(crate) type Checked = Result<(), InvalidPolicy>;

/// Requires a rule to hold.
///
/// # Panics
/// Panics with the rule's message if the rule does not hold. At compile time, the error is under the caller's
/// expression.
#[track_caller]
#[expect(clippy::panic, reason = "documented")]
pub const fn require(checked: Checked) {
    if let Err(invalid) = checked {
        panic!("{}", invalid.message());
    }
}

pub(super) const fn unless(broken: bool, invalid: InvalidPolicy) -> Checked {
    if broken { Err(invalid) } else { Ok(()) }
}

/// Checks that there is at least one attempt.
pub const fn max(attempts: u32) -> Checked {
    unless(attempts == 0, InvalidPolicy::MaxIsZero)
}

/// Checks that a list has a delay.
pub const fn delays(list: &[Duration]) -> Checked {
    unless(list.is_empty(), InvalidPolicy::NoDelays)
}

/// Checks that a factor is finite and at least 1, so that delays do not shrink.
pub const fn factor(factor: f64) -> Checked {
    unless(!(factor >= 1.0 && factor.is_finite()), InvalidPolicy::Factor)
}

/// Checks that the fraction of a jitter is in `0..=1`.
pub const fn jitter(jitter: Jitter) -> Checked {
    match jitter {
        Jitter::Additive(f) | Jitter::Spread(f) => unless(!(f >= 0.0 && f <= 1.0), InvalidPolicy::Fraction),
        _ => Ok(()),
    }
}

/// The maximum number of seconds in a duration.
pub(crate) const MOST_SECONDS: f64 = FOREVER as f64 / 1e9;

/// Checks that a number of seconds is not negative, finite and at most 584 years.
pub const fn seconds(seconds: f64) -> Checked {
    unless(!(seconds >= 0.0 && seconds <= MOST_SECONDS), InvalidPolicy::Seconds)
}

/// Checks that the timeout of an attempt is not 0.
pub const fn attempt_timeout(timeout: Duration) -> Checked {
    unless(timeout.is_zero(), InvalidPolicy::AttemptTimeoutIsZero)
}
