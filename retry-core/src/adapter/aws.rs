//! Classifies errors of the AWS SDK, for every service.

use std::error::Error as StdError;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::byte_stream::error::Error as ByteStreamError;
use aws_smithy_types::event_stream::RawMessage;
use aws_smithy_types::retry::{ProvideErrorKind, RetryConfig};

use super::{aws_code, cause, status};
use crate::Retryable;

impl<E: ProvideErrorKind> Retryable for SdkError<E, HttpResponse> {
    fn is_retryable(&self) -> bool {
        match self {
            SdkError::ConstructionFailure(_) => false,
            SdkError::DispatchFailure(failure) => may_pass(failure),
            SdkError::ServiceError(error) => {
                let answer = error.raw();
                let has_retry_after = answer.headers().get("retry-after").is_some();
                is_classified(error.err())
                    || status::is_transient_answer(answer.status().as_u16(), has_retry_after)
            }
            // A timeout, an answer that could not be read, and variants of later SDKs.
            _ => true,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        let answer = match self {
            SdkError::ResponseError(error) => error.raw(),
            SdkError::ServiceError(error) => error.raw(),
            _ => return None,
        };
        let milliseconds = answer.headers().get("x-amz-retry-after")?.parse().ok()?;
        Some(Duration::from_millis(milliseconds))
    }
}

/// Classifies an error of an event stream, whose events have no status.
impl<E: ProvideErrorKind> Retryable for SdkError<E, RawMessage> {
    fn is_retryable(&self) -> bool {
        match self {
            SdkError::ConstructionFailure(_) => false,
            SdkError::DispatchFailure(failure) => may_pass(failure),
            SdkError::ServiceError(error) => is_classified(error.err()),
            _ => true,
        }
    }
}

/// Classifies a body that broke off while it was read, or that could not be read from its file, by the cause.
/// A part of a file that is longer than the file has no cause, and is not retried.
impl Retryable for ByteStreamError {
    fn is_retryable(&self) -> bool {
        self.source().is_some_and(|cause| cause::may_pass(Some(cause)).unwrap_or(true))
    }
}

/// Returns whether a request without an answer may succeed later. Without a kind, the request could not be
/// sent at all, for example because there are no credentials. A request that the program did not finish
/// sending has the error of its body.
fn may_pass(failure: &DispatchFailure) -> bool {
    let cause = failure.as_connector_error().and_then(|error| cause::may_pass(error.source()));
    if failure.is_io() {
        cause.unwrap_or(true)
    } else if failure.is_user() {
        cause.unwrap_or(false)
    } else {
        failure.is_timeout() || failure.as_other().is_some()
    }
}

/// Returns whether an error is transient by its code or by the service's model.
fn is_classified(error: &impl ProvideErrorKind) -> bool {
    error.code().is_some_and(aws_code::is_transient) || error.retryable_error_kind().is_some()
}

/// Returns the SDK's setting for a single attempt, so that the retries of the SDK do not multiply yours. Pass
/// it to `retry_config` of the SDK's configuration, or of a client's.
///
/// ```
/// use retry_core::adapter::aws::{sdk_retries, sdk_retry_off};
///
/// assert!(!sdk_retries(Some(&sdk_retry_off())));
/// ```
#[must_use]
pub fn sdk_retry_off() -> RetryConfig {
    RetryConfig::disabled()
}

/// Returns whether a client with this setting retries by itself; a client without the setting does.
///
/// Use it in an assertion if the client is created elsewhere:
/// `assert!(!sdk_retries(client.config().retry_config()))`.
#[must_use]
pub fn sdk_retries(setting: Option<&RetryConfig>) -> bool {
    setting.is_none_or(RetryConfig::has_retry)
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use aws_smithy_types::retry::ErrorKind;

    use super::aws_code::{THROTTLING, TRANSIENT};
    use super::*;

    type Error = SdkError<ErrorMetadata, HttpResponse>;

    fn answer(status: u16, hint: Option<&'static str>) -> HttpResponse {
        let mut answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        if let Some(hint) = hint {
            answer.headers_mut().insert("x-amz-retry-after", hint);
        }
        answer
    }

    fn refused(status: u16, code: &str) -> Error {
        SdkError::service_error(ErrorMetadata::builder().code(code).build(), answer(status, None))
    }

    #[test]
    fn codes() {
        for code in THROTTLING.iter().chain(&TRANSIENT) {
            assert!(refused(400, code).is_retryable(), "{code}");
        }
        // S3 answers 200 and puts the code in the body.
        for code in ["InternalError", "SlowDown", "ServiceUnavailable"] {
            assert!(refused(200, code).is_retryable(), "{code}");
        }
        for code in ["ConditionalRequestConflict", "OperationAborted"] {
            assert!(refused(409, code).is_retryable(), "{code}");
        }
        for code in ["BucketAlreadyExists", "BucketNotEmpty", "InvalidBucketState"] {
            assert!(!refused(409, code).is_retryable(), "{code}");
        }
        for code in ["AccessDenied", "NoSuchKey", "ValidationException", "ExpiredToken", "slowdown", ""] {
            assert!(!refused(400, code).is_retryable(), "{code}");
        }
    }

    #[test]
    fn statuses() {
        let uncoded = |status| Error::service_error(ErrorMetadata::default(), answer(status, None));
        for status in [408, 421, 425, 429, 500, 502, 503, 504, 509, 520, 530, 599] {
            assert!(uncoded(status).is_retryable(), "{status}");
            assert!(refused(status, "Unheard").is_retryable(), "{status}");
        }
        for status in [301, 400, 403, 404, 409, 412, 413, 501, 505, 511] {
            assert!(!uncoded(status).is_retryable(), "{status}");
        }
        let mut too_large = answer(413, None);
        too_large.headers_mut().insert("retry-after", "7");
        assert!(Error::service_error(ErrorMetadata::default(), too_large).is_retryable());
    }

    #[test]
    fn errors_that_the_service_model_classifies() {
        struct Modeled(Option<ErrorKind>);
        impl ProvideErrorKind for Modeled {
            fn retryable_error_kind(&self) -> Option<ErrorKind> {
                self.0
            }
            fn code(&self) -> Option<&str> {
                Some("IDPCommunicationError")
            }
        }
        let refused = |kind| SdkError::service_error(Modeled(kind), answer(400, None));
        assert!(refused(Some(ErrorKind::ServerError)).is_retryable());
        assert!(refused(Some(ErrorKind::ThrottlingError)).is_retryable());
        assert!(!refused(None).is_retryable());
    }

    #[test]
    fn requests_without_an_answer() {
        assert!(Error::timeout_error("late").is_retryable());
        assert!(Error::dispatch_failure(ConnectorError::io("reset".into())).is_retryable());
        assert!(Error::dispatch_failure(ConnectorError::timeout("late".into())).is_retryable());
        let cut = ConnectorError::other("cut".into(), Some(ErrorKind::TransientError));
        assert!(Error::dispatch_failure(cut).is_retryable());
        assert!(!Error::dispatch_failure(ConnectorError::other("no key".into(), None)).is_retryable());
        assert!(!Error::dispatch_failure(ConnectorError::user("bad".into())).is_retryable());
        assert!(!Error::construction_failure("no bucket").is_retryable());
    }

    #[test]
    fn the_innermost_io_error_of_a_connection_decides() {
        let failed = |kind: io::ErrorKind| {
            let error = io::Error::other(io::Error::from(kind));
            Error::dispatch_failure(ConnectorError::io(error.into())).is_retryable()
        };
        assert!(failed(io::ErrorKind::ConnectionReset));
        assert!(failed(io::ErrorKind::UnexpectedEof));
        assert!(!failed(io::ErrorKind::InvalidData), "a certificate that rustls refuses");
    }

    #[test]
    fn a_request_whose_body_breaks_off_has_the_error_of_the_body() {
        let broke_off = |kind: io::ErrorKind| {
            let error = ByteStreamError::from(io::Error::from(kind));
            Error::dispatch_failure(ConnectorError::user(error.into())).is_retryable()
        };
        assert!(broke_off(io::ErrorKind::ConnectionReset));
        assert!(!broke_off(io::ErrorKind::PermissionDenied));
    }

    #[test]
    fn a_body_that_breaks_off_is_retried() {
        let read = |kind: io::ErrorKind| ByteStreamError::from(io::Error::other(io::Error::from(kind)));
        assert!(read(io::ErrorKind::ConnectionReset).is_retryable());
        assert!(!read(io::ErrorKind::InvalidData).is_retryable());
        // `AsyncRead` returns the error in this form.
        assert!(io::Error::from(read(io::ErrorKind::ConnectionReset)).is_retryable());
        assert!(!io::Error::from(read(io::ErrorKind::InvalidData)).is_retryable());
    }

    #[test]
    fn a_body_whose_file_is_missing_is_not_retried() {
        let missing = std::fs::read("/no/such/file").unwrap_err();
        assert!(!ByteStreamError::from(missing).is_retryable());
    }

    #[test]
    fn event_streams_by_the_code_of_the_event() {
        type Error = SdkError<ErrorMetadata, RawMessage>;
        let event = || RawMessage::invalid(None);
        let refused = |code: &str| {
            Error::service_error(ErrorMetadata::builder().code(code).build(), event()).is_retryable()
        };
        assert!(refused("InternalError"));
        assert!(refused("ThrottlingException"));
        assert!(!refused("ValidationException"));
        assert!(Error::response_error("half an event", event()).is_retryable());
        assert!(Error::dispatch_failure(ConnectorError::io("reset".into())).is_retryable());
        assert!(!Error::dispatch_failure(ConnectorError::other("no key".into(), None)).is_retryable());
        assert!(Error::timeout_error("late").is_retryable());
        assert!(!Error::construction_failure("no event").is_retryable());
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_retried() {
        assert!(Error::response_error("half an answer", answer(200, None)).is_retryable());
    }

    #[test]
    fn the_hint_is_in_milliseconds() {
        let hint = |value| {
            let refused = Error::service_error(ErrorMetadata::default(), answer(503, value));
            assert_eq!(refused.retry_after(), Error::response_error("", answer(503, value)).retry_after());
            refused.retry_after()
        };
        assert_eq!(hint(Some("1500")), Some(Duration::from_millis(1500)));
        assert_eq!(hint(Some("0")), Some(Duration::ZERO));
        assert_eq!(hint(Some("18446744073709551615")), Some(Duration::from_millis(u64::MAX)));
        for junk in ["", "soon", "-1", "1.5", "1500, 2", "18446744073709551616"] {
            assert_eq!(hint(Some(junk)), None, "{junk:?}");
        }
        assert_eq!(hint(None), None);
        assert_eq!(Error::timeout_error("late").retry_after(), None);
    }

    #[test]
    fn the_sdk_retries_unless_its_setting_disables_it() {
        assert!(sdk_retries(None));
        assert!(sdk_retries(Some(&RetryConfig::standard())));
        assert!(!sdk_retries(Some(&sdk_retry_off())));
    }
}
