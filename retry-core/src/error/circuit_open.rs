//! Defines the error of a call that a circuit breaker refused.

use core::fmt;
use core::time::Duration;

use crate::policy::nanos::{FOREVER, to_duration};

/// The error of a call that was refused because the circuit is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitOpen {
    breaker: &'static str,
    retry_in: Duration,
}

impl CircuitOpen {
    pub(crate) const fn new(breaker: &'static str, retry_in: Duration) -> CircuitOpen {
        CircuitOpen { breaker, retry_in: left(retry_in) }
    }

    /// Returns the time until the breaker allows a call again, by its present state.
    ///
    /// This is the rest of the time for which the circuit is open or waits for trials. It is [`Duration::MAX`] if the
    /// circuit was opened by hand.
    #[must_use]
    pub const fn retry_in(&self) -> Duration {
        self.retry_in
    }
}

/// Returns `duration`, or [`Duration::MAX`] if it reaches the longest duration in nanoseconds.
pub(crate) const fn left(duration: Duration) -> Duration {
    if duration.as_nanos() >= to_duration(FOREVER).as_nanos() { Duration::MAX } else { duration }
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let breaker = self.breaker;
        if self.retry_in == Duration::MAX {
            write!(f, "the circuit breaker `{breaker}` is held open")
        } else {
            write!(f, "the circuit breaker `{breaker}` is open for another {:?}", self.retry_in)
        }
    }
}

impl core::error::Error for CircuitOpen {}

/// The error is retryable, with the time left as the hint. While the circuit is held open by hand, it is permanent.
#[cfg(feature = "std")]
impl super::retryable::Retryable for CircuitOpen {
    fn is_retryable(&self) -> bool {
        self.retry_in != Duration::MAX
    }

    fn retry_after(&self) -> Option<Duration> {
        self.is_retryable().then_some(self.retry_in)
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

/// An error type for a call that its breaker refuses before the first attempt.
#[diagnostic::on_unimplemented(
    message = "a call that the breaker refuses cannot fail with `{Self}`, which is not made from `CircuitOpen`",
    label = "needs an error type that implements `From<CircuitOpen>`",
    note = "write `impl From<reattempt::CircuitOpen> for {Self}` if the type is yours",
    note = "write `error = {Self}` and return `Result<_, reattempt::RetryError<{Self}>>` if the type is another \
            crate's, or return `anyhow::Error` or `Box<dyn Error>`"
)]
pub trait FromCircuitOpen {
    /// Creates the error of the call.
    fn from_circuit_open(open: CircuitOpen) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<CircuitOpen>> FromCircuitOpen for E {
    fn from_circuit_open(open: CircuitOpen) -> E {
        open.into()
    }
}
