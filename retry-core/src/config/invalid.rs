//! Defines the error of a setting that no policy may have.

use core::fmt::{self, Display};

#[cfg(any(feature = "std", feature = "serde"))]
use super::spelling;
use crate::policy::{InvalidPolicy, rules};

/// The names of the fields of a config.
#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "a backoff can only be wrong in a file"))]
pub(crate) mod name {
    macro_rules! names {
        ($($constant:ident = $name:literal;)*) => {
            $(pub(crate) const $constant: &str = $name;)*
            #[cfg(feature = "serde")]
            pub(crate) const ALL: &[&str] = &[$($name),*];
        };
    }

    names! {
        MAX_ATTEMPTS = "max_attempts";
        UNLIMITED = "unlimited";
        INITIAL_DELAY = "initial_delay";
        MAX_DELAY = "max_delay";
        EXPONENTIAL_BASE = "exponential_base";
        BACKOFF = "backoff";
        JITTER = "jitter";
        DEADLINE = "deadline";
        MAX_HINT = "max_hint";
        HINT = "hint";
    }
}

/// The error of a configured value that no policy may have. It displays the field, the value and the allowed values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InvalidConfig {
    pub(super) field: &'static str,
    pub(super) value: f64,
    pub(super) allowed: Allowed,
}

impl InvalidConfig {
    pub(super) fn new(field: &'static str, value: f64, rule: InvalidPolicy) -> InvalidConfig {
        InvalidConfig { field, value, allowed: Allowed::by(rule) }
    }

    /// Returns the name of the field.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }
}

impl Display for InvalidConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}; write {}", self.field, self.value, self.allowed)
    }
}

impl core::error::Error for InvalidConfig {}

/// The values that a field may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Allowed {
    #[cfg(any(feature = "std", feature = "serde"))]
    Attempts,
    Seconds,
    #[cfg(any(feature = "std", feature = "serde"))]
    Duration,
    Factor,
    Fraction,
    #[cfg(any(feature = "std", feature = "serde"))]
    Jitter,
    #[cfg(any(feature = "std", feature = "serde"))]
    Hint,
    #[cfg(feature = "serde")]
    Backoff,
    #[cfg(feature = "serde")]
    Switch,
    /// No value together with `unlimited`.
    Alone,
    /// A value that is limited by the value of another field.
    Beside {
        side: &'static str,
        other: &'static str,
        value: f64,
    },
}

impl Allowed {
    fn by(rule: InvalidPolicy) -> Allowed {
        match rule {
            InvalidPolicy::Factor => Allowed::Factor,
            InvalidPolicy::Fraction => Allowed::Fraction,
            _ => Allowed::Seconds,
        }
    }
}

impl Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(any(feature = "std", feature = "serde"))]
            Allowed::Attempts => write!(f, "a whole number from 0 to {}", u32::MAX),
            Allowed::Seconds => write!(f, "a number of seconds from 0 to {}", rules::MOST_SECONDS as u64),
            #[cfg(any(feature = "std", feature = "serde"))]
            Allowed::Duration => {
                write!(
                    f,
                    "a number of seconds from 0 to {}, or a duration such as `1m30s`",
                    rules::MOST_SECONDS as u64
                )
            }
            Allowed::Factor => f.write_str("a finite number from 1 up"),
            Allowed::Fraction => f.write_str("a fraction from 0 to 1"),
            #[cfg(any(feature = "std", feature = "serde"))]
            Allowed::Jitter => f.write_str(spelling::JITTERS),
            #[cfg(any(feature = "std", feature = "serde"))]
            Allowed::Hint => f.write_str("`at_least` or `exact`"),
            #[cfg(feature = "serde")]
            Allowed::Backoff => f.write_str(spelling::BACKOFF_NAMES),
            #[cfg(feature = "serde")]
            Allowed::Switch => f.write_str("`true` or `false`"),
            Allowed::Alone => write!(f, "either that or `{}`", name::UNLIMITED),
            Allowed::Beside { side, other, value } => write!(f, "{side} {value}, which `{other}` is"),
        }
    }
}
