//! What `error = T` gives to the caller: the last error, with the reason beside it.

use core::error::Error;
use core::fmt::{self, Debug, Display, Formatter};
use core::time::Duration;

use super::chained::Sourced;
use super::known::{Describe, Known};
use super::mark::marker;
use super::retryable::Retryable;
use crate::decision::GiveUpReason;

/// Why a call gave up, after how many attempts, and with which error.
///
/// `#[retry(error = T)]` makes one from the last error of the body and hands it to the function's own error type by
/// `From`. It displays as the reason; the last error is its [`source`](Error::source). It is not retryable, so a
/// loop around a loop does not multiply the attempts.
pub struct RetryError<E> {
    reason: GiveUpReason,
    attempts: u32,
    elapsed: Duration,
    last: Option<E>,
    /// Chosen where the type is known, so that neither `Debug` nor `Error` is asked of `E` here.
    describe: fn(&E, &mut Formatter<'_>) -> fmt::Result,
    source: fn(&E) -> Option<&(dyn Error + 'static)>,
}

impl<E> RetryError<E> {
    /// Why the call gave up.
    #[must_use]
    pub fn reason(&self) -> GiveUpReason {
        self.reason
    }

    /// How many attempts were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took, from the start of attempt 1 to the end of the last.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The error of the last attempt; `None` if there was no attempt.
    #[must_use]
    pub fn last(&self) -> Option<&E> {
        self.last.as_ref()
    }

    /// The error of the last attempt, by value.
    #[must_use]
    pub fn into_last(self) -> Option<E> {
        self.last
    }
}

impl<E> Display for RetryError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let s = if self.attempts == 1 { "" } else { "s" };
        write!(f, "gave up after {} attempt{s} in {:?}: {}", self.attempts, self.elapsed, self.reason)
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "the functions say nothing to a reader")]
impl<E> Debug for RetryError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        /// The error by the function that was chosen for its type.
        struct Last<'a, E>(&'a RetryError<E>);

        impl<E> Debug for Last<'_, E> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                match &self.0.last {
                    Some(error) => (self.0.describe)(error, f),
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
        let was_refused = self.attempts == 0 && self.reason == GiveUpReason::CircuitOpen;
        Some(marker(was_refused))
    }
}

impl<E> RetryError<E> {
    /// The last error with what is known of its type, which is chosen here once and for all.
    pub(crate) fn from_parts<D, O, C>(
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

/// Never: the loop that made it has tried.
impl<E> Retryable for RetryError<E> {
    fn is_retryable(&self) -> bool {
        false
    }
}

/// An error that a function with `error = E` can return.
#[diagnostic::on_unimplemented(
    message = "a function with `error = {E}` cannot fail with `{Self}`, which is not made from `RetryError<{E}>`",
    label = "needs a return type whose error implements `From<RetryError<{E}>>`",
    note = "return `Result<_, reattempt::RetryError<{E}>>`, `anyhow::Error` or `Box<dyn Error>`",
    note = "write `impl From<reattempt::RetryError<{E}>> for {Self}` if the type is yours"
)]
pub trait FromRetryError<E> {
    /// The error for the caller.
    fn from_retry_error(error: RetryError<E>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E, F: From<RetryError<E>>> FromRetryError<E> for F {
    fn from_retry_error(error: RetryError<E>) -> F {
        error.into()
    }
}

/// The function's own error, made of the one that says why it gave up.
pub fn into_caller_error<E, F: FromRetryError<E>>(error: RetryError<E>) -> F {
    F::from_retry_error(error)
}
