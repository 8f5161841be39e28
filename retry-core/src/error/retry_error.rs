//! Defines the error that `error = T` returns to the caller: the last error with the reason why the call gave up.

use core::error::Error;
use core::fmt::{self, Debug, Display, Formatter};
use core::time::Duration;

use super::chained::Sourced;
use super::known::{Describe, Known};
use super::mark::marker;
use super::retryable::Retryable;
use super::shown::end;
use crate::decision::GiveUpReason;

/// The error of a call that gave up, with the reason, the number of attempts and the last error.
///
/// `#[retry(error = T)]` creates it from the last error of the body and converts it to the function's own error type by
/// `From`. It displays the reason; the last error is its [`source`](Error::source). It is not retryable, so a loop
/// around a loop does not multiply the attempts.
pub struct RetryError<E> {
    reason: GiveUpReason,
    attempts: u32,
    elapsed: Duration,
    last: Option<E>,
    /// This function is selected where the type is known, so that `E` needs neither `Debug` nor `Error` here.
    describe: fn(&E, &mut Formatter<'_>) -> fmt::Result,
    source: fn(&E) -> Option<&(dyn Error + 'static)>,
}

impl<E> RetryError<E> {
    /// Returns the reason why the call gave up.
    #[must_use]
    pub fn reason(&self) -> GiveUpReason {
        self.reason
    }

    /// Returns the number of attempts.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the time from the start of attempt 1 to the end of the last attempt.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the error of the last attempt, or `None` if there was no attempt.
    #[must_use]
    pub fn last(&self) -> Option<&E> {
        self.last.as_ref()
    }

    /// Returns the error of the last attempt by value, or `None` if there was no attempt.
    #[must_use]
    pub fn into_last(self) -> Option<E> {
        self.last
    }
}

impl<E: Clone> Clone for RetryError<E> {
    fn clone(&self) -> Self {
        RetryError { last: self.last.clone(), ..*self }
    }
}

/// Two errors are equal if their reasons, attempts, times and last errors are.
impl<E: PartialEq> PartialEq for RetryError<E> {
    fn eq(&self, other: &Self) -> bool {
        let facts = |error: &Self| (error.reason, error.attempts, error.elapsed);
        facts(self) == facts(other) && self.last == other.last
    }
}

impl<E: Eq> Eq for RetryError<E> {}

impl<E> Display for RetryError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let s = if self.attempts == 1 { "" } else { "s" };
        write!(f, "gave up after {} attempt{s} in {:?}: {}", self.attempts, self.elapsed, self.reason)
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "addresses of functions do not help a reader")]
impl<E> Debug for RetryError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        /// Displays the error with the function that was selected for its type.
        struct Last<'a, E>(&'a RetryError<E>);

        impl<E> Debug for Last<'_, E> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                match &self.0.last {
                    Some(error) => end((self.0.describe)(error, f), f),
                    None => f.write_str("none"),
                }
            }
        }

        f.debug_struct("RetryError")
            .field("reason", &self.reason)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("last", &Last(self))
            .finish()
    }
}

impl<E> Error for RetryError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.last.as_ref().and_then(|error| (self.source)(error))
    }

    /// Returns the mark of a call that gave up: see the module `error::mark`.
    fn cause(&self) -> Option<&dyn Error> {
        let is_refusal = matches!(self.reason, GiveUpReason::CircuitOpen | GiveUpReason::Throttled);
        let was_refused = self.attempts == 0 && is_refusal;
        Some(marker(was_refused))
    }
}

impl<E> RetryError<E> {
    /// Creates the error from its parts. The functions for the type of the last error are selected here.
    pub(crate) fn new<D, O, C>(
        reason: GiveUpReason,
        attempts: u32,
        elapsed: Duration,
        last: Option<E>,
        _: Known<D, O, C>,
    ) -> RetryError<E>
    where
        D: Describe<E> + Default,
        C: Sourced<E> + Default,
    {
        RetryError {
            reason,
            attempts,
            elapsed,
            last,
            describe: |error, f| D::default().describe(error, f),
            source: |error| C::default().source(error),
        }
    }
}

/// The error is never retryable, since the loop that created it has retried already.
impl<E> Retryable for RetryError<E> {
    fn is_retryable(&self) -> bool {
        false
    }
}

/// An error type that a function with `error = E` can return.
#[diagnostic::on_unimplemented(
    message = "a function with `error = {E}` cannot fail with `{Self}`, which is not made from `RetryError<{E}>`",
    label = "needs a return type whose error implements `From<RetryError<{E}>>`",
    note = "return `Result<_, reattempt::RetryError<{E}>>`, `anyhow::Error` or `Box<dyn Error>`",
    note = "write `impl From<reattempt::RetryError<{E}>> for {Self}` if the type is yours"
)]
pub trait FromRetryError<E> {
    /// Creates the error for the caller.
    fn from_retry_error(error: RetryError<E>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E, F: From<RetryError<E>>> FromRetryError<E> for F {
    fn from_retry_error(error: RetryError<E>) -> F {
        error.into()
    }
}

/// Converts a `RetryError` to the function's own error.
pub fn into_caller_error<E, F: FromRetryError<E>>(error: RetryError<E>) -> F {
    F::from_retry_error(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{AlwaysRetry, AsDisplay, Unchained};

    #[test]
    fn a_call_that_gave_up_is_not_retryable() {
        let known = Known::<AsDisplay, AlwaysRetry, Unchained>::new();
        let error = RetryError::new(GiveUpReason::MaxAttempts, 3, Duration::ZERO, Some("down"), known);
        assert!(!error.is_retryable());
    }
}
