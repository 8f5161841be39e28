//! Classifies errors of `reqwest-middleware`: those of reqwest, and those of a middleware by their chain.

use core::error::Error as StdError;
use core::time::Duration;

use ::reqwest_middleware::Error;

use crate::Retryable;

/// Returns the error that a middleware or the client returned. `Error::source` skips it.
pub(crate) fn cause(error: &Error) -> &(dyn StdError + 'static) {
    match error {
        Error::Middleware(error) => error.as_ref(),
        Error::Reqwest(error) => error,
    }
}

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        cause(self).is_retryable()
    }

    fn retry_after(&self) -> Option<Duration> {
        cause(self).retry_after()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::adapter::reqwest::ErrorForRetry;

    #[test]
    fn the_error_inside_decides() {
        let of = |kind: io::ErrorKind| Error::middleware(io::Error::from(kind));
        assert!(of(io::ErrorKind::ConnectionReset).is_retryable());
        assert!(!of(io::ErrorKind::PermissionDenied).is_retryable());
        let malformed = reqwest::Client::new().get("no address").build().unwrap_err();
        assert!(!Error::from(malformed).is_retryable());
    }

    #[test]
    fn the_hint_of_the_error_inside_is_kept() {
        let busy = ::http::Response::builder().status(503).header("Retry-After", "7").body("").unwrap();
        let refused = reqwest::Response::from(busy).error_for_retry().unwrap_err();
        assert_eq!(Error::middleware(refused).retry_after(), Some(Duration::from_secs(7)));
        let cut = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(Error::middleware(cut).retry_after(), None);
    }
}
