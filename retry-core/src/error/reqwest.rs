//! The error type of a `reqwest` response; the adapter implements `Retryable` for it.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use ::reqwest::StatusCode;

use super::attempt_timeout::AttemptTimeout;
#[cfg(target_has_atomic = "64")]
use super::circuit_open::CircuitOpen;

/// A `reqwest::Error`, with the wait that the server asked for.
///
/// It shows itself as that error does, and stands in its place. Under `attempt_timeout` and `breaker` it may also be an
/// attempt that was cut off or not let through: it then shows itself as that, with it as the source.
#[derive(Debug)]
pub struct Error {
    pub(crate) inner: ::reqwest::Error,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) unsent: Option<Unsent>,
}

impl Error {
    /// `error` with a wait found elsewhere, as in the headers of a blocking response.
    #[must_use]
    pub fn new(error: ::reqwest::Error, retry_after: Option<Duration>) -> Self {
        Error { inner: error, retry_after, unsent: None }
    }

    /// The status, if the error is that of a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status()
    }

    /// The error without the wait. Of an attempt that was cut off it is one whose `is_timeout` is true.
    #[must_use]
    pub fn get_ref(&self) -> &::reqwest::Error {
        &self.inner
    }

    /// The error without the wait.
    #[must_use]
    pub fn into_inner(self) -> ::reqwest::Error {
        self.inner
    }
}

impl From<::reqwest::Error> for Error {
    fn from(error: ::reqwest::Error) -> Self {
        Error::new(error, None)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.unsent {
            Some(unsent) => Display::fmt(unsent.error(), f),
            None => self.inner.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.unsent {
            Some(unsent) => Some(unsent.error()),
            None => self.inner.source(),
        }
    }
}

/// Why there is no error of reqwest itself: the attempt was cut off, or not let through.
#[derive(Debug)]
pub(crate) enum Unsent {
    CutOff(AttemptTimeout),
    #[cfg(target_has_atomic = "64")]
    Refused(CircuitOpen),
}

impl Unsent {
    /// Returns the reason as an error.
    pub(crate) fn error(&self) -> &(dyn StdError + 'static) {
        match self {
            Unsent::CutOff(timeout) => timeout,
            #[cfg(target_has_atomic = "64")]
            Unsent::Refused(open) => open,
        }
    }
}
