//! Defines the error type of a `reqwest` response; the adapter implements `Retryable` for it.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use ::reqwest::StatusCode;

use super::attempt_timeout::AttemptTimeout;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::circuit_open::CircuitOpen;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::throttled::Throttled;

/// A `reqwest::Error`, with the wait that the server asked for.
///
/// It displays like the `reqwest::Error` and replaces it. Under `attempt_timeout`, `breaker` and `throttle`, it may also be
/// the error of an attempt that was cancelled or refused. It then displays like the `AttemptTimeout`, the `CircuitOpen` or
/// the `Throttled`, which is its source.
#[derive(Debug)]
pub struct Error {
    pub(crate) inner: ::reqwest::Error,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) unsent: Option<Unsent>,
}

impl Error {
    /// Creates an error from `error` and a wait found elsewhere, as in the headers of a blocking response.
    #[must_use]
    pub fn new(error: ::reqwest::Error, retry_after: Option<Duration>) -> Self {
        Error { inner: error, retry_after, unsent: None }
    }

    /// Returns the status, if the error is that of a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status()
    }

    /// Returns the error without the wait. For an attempt that was cancelled, its `is_timeout` is true.
    #[must_use]
    pub fn get_ref(&self) -> &::reqwest::Error {
        &self.inner
    }

    /// Returns the error without the wait, by value.
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

/// The reason why there is no error of `reqwest` itself: the attempt was cancelled or refused.
#[derive(Debug)]
pub(crate) enum Unsent {
    CutOff(AttemptTimeout),
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    Refused(CircuitOpen),
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    Throttled(Throttled),
}

impl Unsent {
    /// Returns the reason as an error.
    pub(crate) fn error(&self) -> &(dyn StdError + 'static) {
        match self {
            Unsent::CutOff(timeout) => timeout,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Refused(open) => open,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Throttled(throttled) => throttled,
        }
    }
}
