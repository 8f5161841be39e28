//! Classifies gRPC statuses of `tonic`, and reads the metadata in which a server delays or forbids a retry.

use std::error::Error;
use std::time::Duration;

use ::tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{cause, io_text};
use crate::Retryable;
use crate::error::io::is_transient;

impl Retryable for Status {
    fn is_retryable(&self) -> bool {
        let may_pass = match self.code() {
            // A status with a source was made by this client. The source is the reason why the connection
            // failed.
            Code::Unavailable | Code::Aborted | Code::DeadlineExceeded => {
                cause::connect_may_pass(self.source()).unwrap_or(true)
            }
            Code::ResourceExhausted => !is_too_large(self.message()),
            Code::Unknown | Code::Internal | Code::Cancelled if self.source().is_some() => {
                cause::connect_may_pass(self.source()).unwrap_or(true)
            }
            Code::Internal if self.message() == STREAM_BROKE_OFF => true,
            Code::Unknown | Code::Internal | Code::OutOfRange => is_transient_io_error(self),
            _ => false,
        };
        may_pass && pushback(self) != Pushback::Never
    }

    fn retry_after(&self) -> Option<Duration> {
        match pushback(self) {
            Pushback::After(wait) => Some(wait),
            Pushback::Nothing => self.get_details_retry_info()?.retry_delay,
            Pushback::Never => None,
        }
    }
}

/// The text of tonic's status for a message whose end is missing.
const STREAM_BROKE_OFF: &str = "Unexpected EOF decoding stream.";

/// Returns whether a limit applies to a single message, which every attempt exceeds. Quotas have the same
/// code, so the texts of the implementations decide: those of tonic, Go, C++ and the languages that are based
/// on it, Java, .NET and JavaScript.
fn is_too_large(message: &str) -> bool {
    const TEXTS: [&str; 7] = [
        "larger than max",
        "exceeds maximum size",
        "exceeds the maximum",
        "exceeded while decompressing",
        "more than 4gb",
        "metadata size exceeds",
        "message too large",
    ];
    let message = message.to_ascii_lowercase();
    TEXTS.iter().any(|text| message.contains(text))
}

/// Returns whether a status was made of a transient `io::Error`. `From` keeps its text and a code, and the
/// code of some transient kinds is also that of permanent errors.
fn is_transient_io_error(status: &Status) -> bool {
    io_text::parse(status.message()).is_some_and(|error| {
        let is_transient = is_transient(&error);
        is_transient && Status::from(error).code() == status.code()
    })
}

/// The server's answer about another attempt.
#[derive(Debug, PartialEq, Eq)]
enum Pushback {
    Nothing,
    After(Duration),
    Never,
}

/// Returns the pushback, in milliseconds, as a signed number of 32 bits. By gRPC's rule, a negative number or
/// any other value means that the client should not retry.
fn pushback(status: &Status) -> Pushback {
    let mut values = status.metadata().get_all("grpc-retry-pushback-ms").iter();
    match (values.next(), values.next()) {
        (None, _) => Pushback::Nothing,
        (Some(value), None) => {
            value.to_str().ok().and_then(milliseconds).map_or(Pushback::Never, Pushback::After)
        }
        (Some(_), Some(_)) => Pushback::Never,
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: i32 = text.parse().ok().filter(|_| is_number)?;
    u64::try_from(number).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use tonic_types::{ErrorDetail, ErrorDetails, RetryInfo, StatusExt};

    use super::*;

    fn pushed_back(code: Code, values: &[&'static str]) -> Status {
        let mut status = Status::new(code, "");
        for value in values {
            status.metadata_mut().append("grpc-retry-pushback-ms", value.parse().unwrap());
        }
        status
    }

    #[test]
    fn codes() {
        let transient = [Code::DeadlineExceeded, Code::ResourceExhausted, Code::Aborted, Code::Unavailable];
        for code in (0..=16).map(Code::from_i32) {
            assert_eq!(Status::new(code, "").is_retryable(), transient.contains(&code), "{code:?}");
        }
    }

    #[test]
    fn a_status_made_of_a_failed_connection_is_retried() {
        let cut = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(Status::from_error(Box::new(cut())).is_retryable());
        for code in [Code::Unknown, Code::Internal, Code::Cancelled] {
            let mut status = Status::new(code, "transport error");
            status.set_source(Arc::new(cut()));
            assert!(status.is_retryable(), "{code:?}");
        }
        let mut refused = Status::permission_denied("");
        refused.set_source(Arc::new(cut()));
        assert!(!refused.is_retryable());
    }

    #[test]
    fn a_timeout_on_this_side_is_retried() {
        let late = Status::from_error(Box::new(::tonic::TimeoutExpired(())));
        assert!(late.is_retryable(), "{late:?}");
    }

    #[test]
    fn pushback_is_a_wait_in_milliseconds() {
        for (value, milliseconds) in [("0", 0), ("1500", 1500), ("007", 7), ("2147483647", i32::MAX as u64)] {
            let status = pushed_back(Code::Unavailable, &[value]);
            assert!(status.is_retryable(), "{value}");
            assert_eq!(status.retry_after(), Some(Duration::from_millis(milliseconds)), "{value}");
        }
        assert_eq!(pushed_back(Code::Unavailable, &[]).retry_after(), None);
    }

    #[test]
    fn pushback_of_any_other_form_asks_not_to_retry() {
        for value in
            ["-1", "-0", "+1", "", "soon", "1.5", "1e3", " 1 2", "2147483648", "99999999999999999999", "1,2"]
        {
            let status = pushed_back(Code::Unavailable, &[value]);
            assert!(!status.is_retryable(), "{value:?}");
            assert_eq!(status.retry_after(), None, "{value:?}");
        }
        assert!(!pushed_back(Code::Unavailable, &["1", "1"]).is_retryable());
        assert_eq!(pushed_back(Code::Unavailable, &["1", "1"]).retry_after(), None);
        let mut binary = Status::unavailable("");
        binary.metadata_mut().insert("grpc-retry-pushback-ms", "\u{e4}".parse().unwrap());
        assert!(!binary.is_retryable());
    }

    #[test]
    fn pushback_does_not_make_a_permanent_code_transient() {
        assert!(!pushed_back(Code::NotFound, &["10"]).is_retryable());
    }

    #[test]
    fn retry_info_in_the_details_is_a_wait() {
        let wait = Duration::from_millis(1500);
        let described =
            |details| Status::with_error_details_vec(Code::ResourceExhausted, "quota exceeded", details);
        let status = described(vec![
            ErrorDetail::from(tonic_types::ErrorInfo::new("RATE_LIMITED", "example.com", [])),
            ErrorDetail::from(RetryInfo::new(Some(wait))),
        ]);
        assert!(status.is_retryable());
        assert_eq!(status.retry_after(), Some(wait));
        // The status as it arrives.
        let received =
            Status::from_header_map(&status.clone().into_http::<()>().into_parts().0.headers).unwrap();
        assert_eq!(received.retry_after(), Some(wait));
        assert_eq!(described(vec![ErrorDetail::from(RetryInfo::new(None))]).retry_after(), None);
        assert_eq!(described(Vec::new()).retry_after(), None);
        let garbled = Status::with_details(Code::Unavailable, "", vec![0xff, 0x01, 0x02].into());
        assert!(garbled.is_retryable());
        assert_eq!(garbled.retry_after(), None);
    }

    #[test]
    fn pushback_stands_above_retry_info() {
        let mut details = ErrorDetails::new();
        details.set_retry_info(Some(Duration::from_secs(60)));
        let mut status = Status::with_error_details(Code::Unavailable, "", details);
        status.metadata_mut().insert("grpc-retry-pushback-ms", "10".parse().unwrap());
        assert_eq!(status.retry_after(), Some(Duration::from_millis(10)));
        status.metadata_mut().insert("grpc-retry-pushback-ms", "-1".parse().unwrap());
        assert!(!status.is_retryable());
        assert_eq!(status.retry_after(), None);
    }

    #[test]
    fn retry_info_does_not_make_a_permanent_code_transient() {
        let mut details = ErrorDetails::new();
        details.set_retry_info(Some(Duration::from_secs(1)));
        assert!(!Status::with_error_details(Code::InvalidArgument, "", details).is_retryable());
    }

    #[test]
    fn a_message_that_is_too_large_is_not_retried() {
        let permanent = [
            "grpc: received message larger than max (5000000 vs. 4194304)",
            "grpc: received message after decompression larger than max 4194304",
            "trying to send message larger than max (5000000 vs. 4194304)",
            "Received message larger than max (5000000 vs. 4194304)",
            "CLIENT: Sent message larger than max (5000000 vs. 4194304)",
            "gRPC message exceeds maximum size 4194304: 5000000",
            "Received message exceeds the maximum configured message size.",
            "Error decompressing: size limit, of 4194304 bytes, exceeded while decompressing message",
            "Cannot return body with more than 4GB of data but got 5000000000 bytes",
            "received initial metadata size exceeds hard limit (17000 vs. 16384)",
        ];
        for message in permanent {
            assert!(!Status::resource_exhausted(message).is_retryable(), "{message}");
        }
        let transient = [
            "",
            "Quota exceeded for quota metric 'Read requests' of service 'pubsub.googleapis.com'",
            "Too many active requests for the connection",
            "etcdserver: too many requests",
            "h2 protocol error: enhance_your_calm",
        ];
        for message in transient {
            assert!(Status::resource_exhausted(message).is_retryable(), "{message}");
        }
    }

    #[test]
    fn a_stream_that_broke_off_within_a_message_is_retried() {
        assert!(Status::internal("Unexpected EOF decoding stream.").is_retryable());
        assert!(!Status::internal("unexpected state").is_retryable());
    }

    #[test]
    fn a_status_made_of_an_io_error_is_judged_by_its_kind() {
        let transient = [
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::WouldBlock,
            io::ErrorKind::WriteZero,
            io::ErrorKind::Interrupted,
            io::ErrorKind::UnexpectedEof,
            io::ErrorKind::HostUnreachable,
            io::ErrorKind::NetworkUnreachable,
            io::ErrorKind::ConnectionRefused,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionAborted,
            io::ErrorKind::TimedOut,
        ];
        for kind in transient {
            assert!(Status::from(io::Error::from(kind)).is_retryable(), "{kind:?}");
        }
        let permanent = [
            io::ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::InvalidData,
            io::ErrorKind::InvalidInput,
            io::ErrorKind::StorageFull,
            io::ErrorKind::Unsupported,
        ];
        for kind in permanent {
            assert!(!Status::from(io::Error::from(kind)).is_retryable(), "{kind:?}");
        }
        #[cfg(target_os = "linux")]
        for (code, is_retryable) in [(32, true), (113, true), (28, false), (9, false)] {
            let status = Status::from(io::Error::from_raw_os_error(code));
            assert_eq!(status.is_retryable(), is_retryable, "{status:?}");
        }
        // These texts belong to another code, or are not those of a kind.
        assert!(!Status::out_of_range("broken pipe").is_retryable());
        assert!(!Status::internal("the pipe is broken").is_retryable());
    }

    #[test]
    fn the_innermost_io_error_of_a_connection_decides() {
        let unavailable = |kind: io::ErrorKind| {
            let error = io::Error::other(io::Error::from(kind));
            Status::from_error(Box::new(::tonic::ConnectError(Box::new(error))))
        };
        let refused = unavailable(io::ErrorKind::ConnectionRefused);
        assert!(refused.code() == Code::Unavailable && refused.is_retryable(), "{refused:?}");
        let not_there_yet = unavailable(io::ErrorKind::NotFound);
        assert!(not_there_yet.is_retryable(), "{not_there_yet:?}");
        let bad_certificate = unavailable(io::ErrorKind::InvalidData);
        assert!(!bad_certificate.is_retryable(), "{bad_certificate:?}");
    }
}
