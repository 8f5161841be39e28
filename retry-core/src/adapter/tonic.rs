//! `tonic`: gRPC statuses, and the metadata in which a server says when to come back, or not to.

use std::error::Error;
use std::time::Duration;

use ::tonic::{Code, Status};

use crate::Retryable;

impl Retryable for Status {
    fn is_retryable(&self) -> bool {
        let may_pass = match self.code() {
            Code::Unavailable | Code::ResourceExhausted | Code::Aborted | Code::DeadlineExceeded => true,
            // A status of the server's has no source. One that has was made on this side, of a connection that failed.
            Code::Unknown | Code::Internal | Code::Cancelled => self.source().is_some(),
            _ => false,
        };
        may_pass && pushback(self) != Pushback::Never
    }

    fn retry_after(&self) -> Option<Duration> {
        match pushback(self) {
            Pushback::After(wait) => Some(wait),
            Pushback::Nothing | Pushback::Never => None,
        }
    }
}

/// What the server says of another attempt.
#[derive(Debug, PartialEq, Eq)]
enum Pushback {
    Nothing,
    After(Duration),
    Never,
}

/// Milliseconds as a signed number of 32 bits. By gRPC's rule whatever is not one of them, or negative, asks not to retry.
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
}
