//! The error of an attempt that was cancelled by its limit.

use core::fmt;
use core::time::Duration;

/// The error of an attempt that ran into its `attempt_timeout`, or into the deadline while it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptTimeout {
    limit: Duration,
}

impl AttemptTimeout {
    pub(crate) const fn new(limit: Duration) -> AttemptTimeout {
        AttemptTimeout { limit }
    }

    /// How long the attempt was given.
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

/// Of the kind [`TimedOut`](std::io::ErrorKind::TimedOut), made of the timeout.
impl From<AttemptTimeout> for std::io::Error {
    fn from(timeout: AttemptTimeout) -> Self {
        std::io::Error::new(std::io::ErrorKind::TimedOut, timeout)
    }
}

/// An error that an attempt which ran out of time can fail with.
#[diagnostic::on_unimplemented(
    message = "an attempt that runs out of time cannot fail with `{Self}`, which is not made from `AttemptTimeout`",
    label = "needs an error type that implements `From<AttemptTimeout>`",
    note = "write `impl From<reattempt::AttemptTimeout> for {Self}` if the type is yours",
    note = "return `anyhow::Error`, `Box<dyn Error>` or an error type of yours that wraps it if the type is another \
            crate's; `reattempt::reqwest::Error` wraps that of `reqwest`"
)]
pub trait FromTimeout {
    /// The error of such an attempt.
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
    fn an_io_error_keeps_the_timeout_that_it_is_made_of() {
        let timeout = AttemptTimeout { limit: Duration::from_secs(5) };
        let error = io::Error::from(timeout);
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(error.to_string(), "the attempt did not end within 5s");
        assert_eq!(error.get_ref().unwrap().downcast_ref(), Some(&timeout));
        assert!(error.is_retryable());
    }
}
