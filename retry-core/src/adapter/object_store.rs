//! Classifies errors of `object_store`, most of which have a variant of their own.

use std::error::Error as StdError;

use ::object_store::Error;

use super::{aws_code, cause, status};
use crate::Retryable;
use crate::error::chain::chain;
use crate::error::text_of;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::Generic { source, .. } => generic_may_pass(&**source),
            Error::AlreadyExists { .. }
            | Error::Precondition { .. }
            | Error::NotFound { .. }
            | Error::NotModified { .. }
            | Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. } => {
                find_answer(self.source()).is_some_and(|answer| answer.has_transient_code)
            }
            Error::InvalidPath { .. }
            | Error::NotSupported { .. }
            | Error::NotImplemented { .. }
            | Error::UnknownConfigurationKey { .. } => false,
            _ => true,
        }
    }
}

/// Returns whether an error without a variant of its own is transient: by the store's answer, by the error of
/// the file or the connection, or as a request without an answer. Any other error was caused before anything
/// was sent.
fn generic_may_pass(source: &(dyn StdError + 'static)) -> bool {
    match find_answer(Some(source)) {
        Some(answer) => answer.has_transient_code || answer.has_transient_status,
        None => cause::may_pass(Some(source)).unwrap_or_else(|| is_without_answer(source)),
    }
}

/// The answer of a store, read from the text of an error: the store's own error exposes nothing else of it.
#[derive(Clone, Copy)]
struct Answer {
    has_transient_status: bool,
    has_transient_code: bool,
}

fn find_answer(first: Option<&(dyn StdError + 'static)>) -> Option<Answer> {
    chain(first).find_map(|error| Answer::parse(&text_of(error)))
}

impl Answer {
    fn parse(text: &str) -> Option<Answer> {
        if let Some(answer) = text.strip_prefix("Server returned non-2xx status code: ") {
            let status = answer.get(..3).and_then(|status| status.parse().ok());
            return Some(Answer {
                // If a later release changes the text, the status is unknown, and the error is retried.
                has_transient_status: status.is_none_or(status::is_transient),
                has_transient_code: code_in(answer).is_some_and(aws_code::is_transient),
            });
        }
        // A response with a successful status and an error in the body, for the whole request or for one of
        // several objects.
        let code = if let Some(body) = text.strip_prefix("Server returned error response: ") {
            code_in(body)
        } else if text.starts_with("DeleteObjects request failed for key ") {
            text.rsplit_once("(code: ").and_then(|(_, code)| code.strip_suffix(')'))
        } else if text.starts_with("Received redirect without LOCATION") {
            // The configured region is wrong.
            None
        } else {
            return None;
        };
        Some(Answer {
            has_transient_status: false,
            has_transient_code: code.is_some_and(aws_code::is_transient),
        })
    }
}

/// Returns the error code in an XML body.
fn code_in(body: &str) -> Option<&str> {
    let (_, code) = body.split_once("<Code>")?;
    Some(code.split_once("</Code>")?.0)
}

/// Returns whether the request failed without an answer.
fn is_without_answer(source: &(dyn StdError + 'static)) -> bool {
    chain(Some(source)).any(|error| text_of(error).starts_with("HTTP error: "))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn generic(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::Generic { store: "S3", source: source.into() }
    }

    /// An error that wraps another error, like the store's own error.
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
        assert!(generic(Around("HTTP error: operation timed out".into())).is_retryable());
        let wrapped = |kind: io::ErrorKind| generic(Around(io::Error::other(io::Error::from(kind)).into()));
        assert!(wrapped(io::ErrorKind::ConnectionReset).is_retryable());
        assert!(!wrapped(io::ErrorKind::InvalidData).is_retryable(), "a certificate that is not trusted");
    }

    #[test]
    fn a_file_system_by_the_kind_of_its_error() {
        assert!(!generic(Around(io::Error::from(io::ErrorKind::StorageFull).into())).is_retryable());
        assert!(!generic(io::Error::from(io::ErrorKind::ReadOnlyFilesystem)).is_retryable());
        assert!(generic(io::Error::from(io::ErrorKind::StaleNetworkFileHandle)).is_retryable());
        #[cfg(target_os = "linux")]
        for (code, is_retryable) in [(24, true), (28, false)] {
            assert_eq!(generic(io::Error::from_raw_os_error(code)).is_retryable(), is_retryable, "{code}");
        }
    }

    #[test]
    fn mistakes_found_before_the_request_is_sent_are_not_retried() {
        let permanent = [
            "Missing bucket name",
            "Unable to recognise URL \"ftp://files/\"",
            "URL did not match any known pattern for scheme: ftp",
            "failed to parse \"often\" as u32",
        ];
        for text in permanent {
            assert!(!generic(text).is_retryable(), "{text}");
        }
    }

    #[test]
    fn a_region_that_is_wrong_is_not_retried() {
        let text =
            "Received redirect without LOCATION, this normally indicates an incorrectly configured region";
        assert!(!generic(Around(text.into())).is_retryable());
    }

    #[test]
    fn a_conflict_by_the_code_in_the_answer() {
        let conflict = |code: &str| {
            let text = format!(
                "Server returned non-2xx status code: 409 Conflict: <?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"
            );
            Around(text.into()).into()
        };
        for code in ["ConditionalRequestConflict", "OperationAborted"] {
            let exists = Error::AlreadyExists { path: "a".into(), source: conflict(code) };
            assert!(exists.is_retryable(), "{exists:?}");
            let precondition = Error::Precondition { path: "a".into(), source: conflict(code) };
            assert!(precondition.is_retryable(), "{precondition:?}");
        }
        let exists = Error::AlreadyExists { path: "a".into(), source: conflict("BucketAlreadyExists") };
        assert!(!exists.is_retryable(), "{exists:?}");
    }

    #[test]
    fn an_error_in_the_body_of_a_success_by_its_code() {
        let failed = |code: &str| {
            let text = format!("Server returned error response: <Error><Code>{code}</Code></Error>");
            generic(Around(text.into())).is_retryable()
        };
        assert!(failed("InternalError"));
        assert!(failed("SlowDown"));
        assert!(!failed("InvalidPart"));
        let not_deleted = |code: &str| {
            let text = format!("DeleteObjects request failed for key a/b: We failed (code: {code})");
            generic(text).is_retryable()
        };
        assert!(not_deleted("InternalError"));
        assert!(!not_deleted("AccessDenied"));
    }

    #[test]
    fn a_request_that_took_too_long_to_arrive_is_retried() {
        let text = "Server returned non-2xx status code: 400 Bad Request: <Error><Code>RequestTimeout</Code></Error>";
        assert!(generic(Around(text.into())).is_retryable());
    }

    #[test]
    fn statuses_without_a_variant() {
        let answered = |status: &str| {
            let error = format!("Server returned non-2xx status code: {status}: <Error/>");
            generic(Around(error.into())).is_retryable()
        };
        for status in [
            "408 Request Timeout",
            "429 Too Many Requests",
            "500 Internal Server Error",
            "503 Slow Down",
            "524 ",
        ] {
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
    fn errors_with_a_variant_are_permanent() {
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
