//! Defines the error of an attempt that its time limit cancelled.

use core::fmt;
use core::time::Duration;

/// The error of an attempt that exceeded its `attempt_timeout`, or that was running at the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptTimeout {
    limit: Duration,
}

impl AttemptTimeout {
    pub(crate) const fn new(limit: Duration) -> AttemptTimeout {
        AttemptTimeout { limit }
    }

    /// Returns the time limit of the attempt.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        self.limit
    }
}

impl fmt::Display for AttemptTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the attempt did not end within {:?}", self.limit)
    }
}

impl core::error::Error for AttemptTimeout {}

/// Creates an error of the kind [`TimedOut`](std::io::ErrorKind::TimedOut) that contains the timeout.
impl From<AttemptTimeout> for std::io::Error {
    fn from(timeout: AttemptTimeout) -> Self {
        std::io::Error::new(std::io::ErrorKind::TimedOut, timeout)
    }
}

/// An error type for an attempt that exceeds its time limit.
#[diagnostic::on_unimplemented(
    message = "an attempt that runs out of time cannot fail with `{Self}`, which is not made from `AttemptTimeout`",
    label = "needs an error type that implements `From<AttemptTimeout>`",
    note = "write `impl From<reattempt::AttemptTimeout> for {Self}` if the type is yours",
    note = "return `anyhow::Error`, `Box<dyn Error>` or an error type of yours that wraps it if the type is another \
            crate's; `reattempt::reqwest::Error` wraps that of `reqwest`"
)]
pub trait FromTimeout {
    /// Creates the error of the attempt.
    fn from_timeout(timeout: AttemptTimeout) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<AttemptTimeout>> FromTimeout for E {
    fn from_timeout(timeout: AttemptTimeout) -> E {
        timeout.into()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::Retryable;

    #[test]
    fn an_io_error_contains_the_timeout() {
        let timeout = AttemptTimeout { limit: Duration::from_secs(5) };
        let error = io::Error::from(timeout);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "the attempt did not end within 5s");
        assert_eq!(error.get_ref().unwrap().downcast_ref(), Some(&timeout));
        assert!(error.is_retryable());
    }
}
