//! `aws`: the errors of the AWS SDK, whatever the service.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::retry::{ProvideErrorKind, RetryConfig};

use super::status;
use crate::Retryable;

/// The codes that the SDK's standard mode takes for throttling.
const THROTTLING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// The codes that it takes for transient.
const TRANSIENT: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

impl<E: ProvideErrorKind> Retryable for SdkError<E, HttpResponse> {
    fn is_retryable(&self) -> bool {
        match self {
            SdkError::ConstructionFailure(_) => false,
            SdkError::DispatchFailure(failure) => may_pass(failure),
            SdkError::ServiceError(error) => {
                says_so(error.err()) || status::is_transient(error.raw().status().as_u16())
            }
            // A timeout, an answer that could not be read, and what a later SDK may add.
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

/// A request that got no answer. Without a kind it is one that could not be sent at all, for want of credentials say.
fn may_pass(failure: &DispatchFailure) -> bool {
    failure.is_io() || failure.is_timeout() || failure.as_other().is_some()
}

/// By its code, or as the service's model has it.
fn says_so(error: &impl ProvideErrorKind) -> bool {
    let by_code = |code| THROTTLING.contains(&code) || TRANSIENT.contains(&code);
    error.code().is_some_and(by_code) || error.retryable_error_kind().is_some()
}

/// The SDK's setting under which it makes one attempt, so that its own retries do not multiply yours: for
/// `retry_config` of its configuration, or of one client's.
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

/// Whether a client with this setting retries by itself, as it does without one: for an assertion where a client comes
/// from elsewhere, `assert!(!sdk_retries(client.config().retry_config()))`.
#[must_use]
pub fn sdk_retries(setting: Option<&RetryConfig>) -> bool {
    setting.is_none_or(RetryConfig::has_retry)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use aws_smithy_types::retry::ErrorKind;

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
        for code in ["AccessDenied", "NoSuchKey", "ValidationException", "ExpiredToken", "slowdown", ""] {
            assert!(!refused(400, code).is_retryable(), "{code}");
        }
    }

    #[test]
    fn statuses() {
        let uncoded = |status| Error::service_error(ErrorMetadata::default(), answer(status, None));
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(uncoded(status).is_retryable(), "{status}");
            assert!(refused(status, "Unheard").is_retryable(), "{status}");
        }
        for status in [301, 400, 403, 404, 409, 412, 501] {
            assert!(!uncoded(status).is_retryable(), "{status}");
        }
    }

    #[test]
    fn what_the_model_of_the_service_says() {
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
    fn the_sdk_retries_unless_it_is_told_not_to() {
        assert!(sdk_retries(None));
        assert!(sdk_retries(Some(&RetryConfig::standard())));
        assert!(!sdk_retries(Some(&sdk_retry_off())));
    }
}
