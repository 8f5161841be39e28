//! `object_store`: errors of object stores, most of them with a variant of their own.

use std::error::Error as StdError;

use ::object_store::Error;

use super::status;
use crate::Retryable;
use crate::error::chain;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::Generic { source, .. } => status_behind(&**source).is_none_or(status::is_transient),
            Error::NotFound { .. }
            | Error::InvalidPath { .. }
            | Error::NotSupported { .. }
            | Error::AlreadyExists { .. }
            | Error::Precondition { .. }
            | Error::NotModified { .. }
            | Error::NotImplemented { .. }
            | Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. }
            | Error::UnknownConfigurationKey { .. } => false,
            _ => true,
        }
    }
}

/// The status of the answer, which the store's own error keeps to itself but for its text. Where there is none, or the
/// text has changed, the error counts as one of the connection.
fn status_behind(source: &(dyn StdError + 'static)) -> Option<u16> {
    chain::chain(Some(source)).find_map(|error| {
        let text = error.to_string();
        let status = text.strip_prefix("Server returned non-2xx status code: ")?;
        status.get(..3)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn generic(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::Generic { store: "S3", source: source.into() }
    }

    /// An error around another, as the store's own is.
    #[derive(Debug)]
    struct Around(Box<dyn StdError + Send + Sync>);

    impl std::fmt::Display for Around {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Error performing GET http://127.0.0.1/ in 1ms")
        }
    }

    impl StdError for Around {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.0)
        }
    }

    #[test]
    fn connections_that_fail() {
        assert!(generic(io::Error::from(io::ErrorKind::ConnectionReset)).is_retryable());
        assert!(generic("HTTP error: error sending request").is_retryable());
    }

    #[test]
    fn statuses_without_a_variant() {
        let answered = |status: &str| {
            let error = format!("Server returned non-2xx status code: {status}: <Error/>");
            generic(Around(error.into())).is_retryable()
        };
        for status in
            ["408 Request Timeout", "429 Too Many Requests", "500 Internal Server Error", "503 Slow Down"]
        {
            assert!(answered(status), "{status}");
        }
        for status in
            ["400 Bad Request", "405 Method Not Allowed", "411 Length Required", "501 Not Implemented"]
        {
            assert!(!answered(status), "{status}");
        }
        assert!(answered("unheard of"));
    }

    #[test]
    fn what_has_a_variant_is_final() {
        let path = || String::from("a/b");
        let permanent = [
            Error::NotFound { path: path(), source: "".into() },
            Error::AlreadyExists { path: path(), source: "".into() },
            Error::Precondition { path: path(), source: "".into() },
            Error::NotModified { path: path(), source: "".into() },
            Error::PermissionDenied { path: path(), source: "".into() },
            Error::Unauthenticated { path: path(), source: "".into() },
            Error::NotSupported { source: "".into() },
            Error::from(::object_store::path::Path::parse("a//b").unwrap_err()),
            Error::NotImplemented { operation: "copy".into(), implementer: "S3".into() },
            Error::UnknownConfigurationKey { store: "S3", key: "colour".into() },
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
    }
}
