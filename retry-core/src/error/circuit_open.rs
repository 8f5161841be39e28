//! Defines the error of a call that a circuit breaker refused.

use core::fmt;
use core::time::Duration;
#[cfg(feature = "std")]
use std::sync::Arc;

#[cfg(feature = "std")]
use super::made_from::made_from;
use crate::policy::nanos::{FOREVER, Nanos, to_duration};

/// The error of a call that was refused because the circuit is open.
///
/// A clone allocates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CircuitOpen {
    name: Name,
    left: Nanos,
}

/// The name of a breaker or a throttle.
#[derive(Clone)]
pub(crate) enum Name {
    /// The name of a breaker that may be a `static`.
    #[cfg_attr(
        not(any(target_has_atomic = "64", feature = "portable-atomic")),
        expect(dead_code, reason = "there is no breaker")
    )]
    Fixed(&'static str),
    /// A name that was made at run time.
    #[cfg(feature = "std")]
    Made(Arc<str>),
}

impl Name {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Name::Fixed(name) => name,
            #[cfg(feature = "std")]
            Name::Made(name) => name,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl CircuitOpen {
    #[cfg_attr(
        not(any(target_has_atomic = "64", feature = "portable-atomic")),
        expect(dead_code, reason = "there is no breaker")
    )]
    pub(crate) const fn new(name: Name, left: Nanos) -> CircuitOpen {
        CircuitOpen { name, left }
    }

    /// Returns the name of the breaker, or `unnamed` if it has no name.
    ///
    /// ```
    /// use retry_core::CircuitBreaker;
    ///
    /// let search = CircuitBreaker::new().named(format!("search {}", "eu-1"));
    /// search.force_open();
    /// assert_eq!(search.acquire().unwrap_err().name(), "search eu-1");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the time until the breaker allows a call again, by its present state.
    ///
    /// This is the rest of the time for which the circuit is open or waits for trials. It is [`Duration::MAX`] if the
    /// circuit was opened by hand.
    #[must_use]
    pub const fn retry_in(&self) -> Duration {
        remaining(self.left)
    }
}

/// Returns the rest of a time, or [`Duration::MAX`] if it has no end.
pub(crate) const fn remaining(left: Nanos) -> Duration {
    if left == FOREVER { Duration::MAX } else { to_duration(left) }
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self.retry_in() {
            Duration::MAX => write!(f, "the circuit breaker `{name}` is held open"),
            left => write!(f, "the circuit breaker `{name}` is open for another {left:?}"),
        }
    }
}

impl core::error::Error for CircuitOpen {}

/// The error is retryable, with the time left as the hint. While the circuit is held open by hand, it is permanent.
#[cfg(feature = "std")]
impl super::retryable::Retryable for CircuitOpen {
    fn is_retryable(&self) -> bool {
        self.left != FOREVER
    }

    fn retry_after(&self) -> Option<Duration> {
        self.is_retryable().then(|| self.retry_in())
    }
}

#[cfg(feature = "std")]
impl From<CircuitOpen> for std::io::Error {
    fn from(open: CircuitOpen) -> Self {
        std::io::Error::other(open)
    }
}

/// Discards the refusal, for functions that return `Option` and so report no error.
impl From<CircuitOpen> for () {
    fn from(_: CircuitOpen) -> Self {}
}

#[cfg(feature = "std")]
made_from! {
    CircuitOpen:
    /// An error type for a call that its breaker refuses before the first attempt.
    #[diagnostic::on_unimplemented(
        message = "a call that the breaker refuses cannot fail with `{Self}`, which is not made from `CircuitOpen`",
        label = "needs an error type that implements `From<CircuitOpen>`",
        note = "write `impl From<reattempt::CircuitOpen> for {Self}` if the type is yours",
        note = "write `error = {Self}` and return `Result<_, reattempt::RetryError<{Self}>>` if the type is another \
                crate's, or return `anyhow::Error` or `Box<dyn Error>`"
    )]
    FromCircuitOpen::from_circuit_open
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn the_debug_text_of_a_refusal_has_the_name_of_the_breaker() {
        let open = CircuitOpen::new(Name::Fixed("search"), 7);
        assert_eq!(format!("{open:?}"), "CircuitOpen { name: \"search\", left: 7 }");
    }
}
