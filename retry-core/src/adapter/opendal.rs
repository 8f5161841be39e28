//! Classifies errors of `opendal` by the status that the service gave them.

use std::error::Error as StdError;

use opendal_core::{Error, ErrorKind};

use super::cause;
use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        // A persistent error was temporary until opendal's own layer gave up.
        let is_temporary =
            self.is_temporary() || (self.kind() == ErrorKind::RateLimited && !self.is_persistent());
        // opendal calls every failure of a request temporary, a certificate that is not trusted included, and
        // every failure of a file system without a kind of its own.
        is_temporary && cause::may_pass(self.source()).unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use opendal_core::raw::new_std_io_error;

    use super::*;

    #[test]
    fn the_status_decides() {
        let unexpected = || Error::new(ErrorKind::Unexpected, "the service failed");
        assert!(unexpected().set_temporary().is_retryable());
        assert!(!unexpected().is_retryable());
        assert!(!unexpected().set_temporary().set_persistent().is_retryable());
        let conflict = || Error::new(ErrorKind::Conflict, "a request has not ended");
        assert!(conflict().set_temporary().is_retryable());
        assert!(!conflict().is_retryable());
    }

    #[test]
    fn a_limited_rate_is_retried_until_the_layer_has_given_up() {
        let limited = || Error::new(ErrorKind::RateLimited, "slow down");
        assert!(limited().is_retryable());
        assert!(limited().set_temporary().is_retryable());
        assert!(!limited().set_persistent().is_retryable());
    }

    #[test]
    fn kinds_that_stay_are_not_retried() {
        let permanent = [
            ErrorKind::Unsupported,
            ErrorKind::ConfigInvalid,
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::IsADirectory,
            ErrorKind::NotADirectory,
            ErrorKind::AlreadyExists,
            ErrorKind::IsSameFile,
            ErrorKind::ConditionNotMatch,
            ErrorKind::RangeNotSatisfied,
        ];
        for kind in permanent {
            assert!(!Error::new(kind, "").is_retryable(), "{kind}");
        }
    }

    #[test]
    fn a_connection_by_the_innermost_io_error() {
        let sending = |kind: io::ErrorKind| {
            let source = io::Error::other(io::Error::from(kind));
            Error::new(ErrorKind::Unexpected, "send http request").set_temporary().set_source(source)
        };
        assert!(sending(io::ErrorKind::ConnectionReset).is_retryable());
        assert!(!sending(io::ErrorKind::InvalidData).is_retryable(), "a certificate that is not trusted");
    }

    #[test]
    fn a_file_system_by_the_kind_of_its_error() {
        let failed = |kind: io::ErrorKind| new_std_io_error(kind.into());
        assert!(failed(io::ErrorKind::Interrupted).is_retryable());
        assert!(failed(io::ErrorKind::StorageFull).is_temporary());
        assert!(!failed(io::ErrorKind::StorageFull).is_retryable());
        assert!(!failed(io::ErrorKind::NotFound).is_retryable());
    }

    #[test]
    fn a_reader_hands_on_the_error_of_the_service() {
        let missing = Error::new(ErrorKind::ConfigInvalid, "no such bucket");
        assert!(!io::Error::from(missing).is_retryable());
        let cut = Error::new(ErrorKind::Unexpected, "read data from http response").set_temporary();
        assert!(io::Error::from(cut).is_retryable());
    }
}
