//! Classifies errors of `russh-sftp`: the server's status codes, and a session that is gone.

use ::russh_sftp::client::error::Error;
use ::russh_sftp::protocol::StatusCode;

use super::io_text;
use crate::Retryable;
use crate::error::io::is_transient;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::Status(status) => {
                matches!(status.status_code, StatusCode::NoConnection | StatusCode::ConnectionLost)
            }
            Error::IO(text) => io_text::parse(text).is_none_or(|error| is_transient(&error)),
            Error::Timeout => true,
            Error::UnexpectedBehavior(text) => !is_of_the_protocol(text),
            Error::Limited(_) | Error::UnexpectedPacket => false,
        }
    }
}

/// Returns whether the server broke the protocol: it named no file where it has to name one, or sent a
/// malformed packet. The other texts are those of a session that is gone, which the crate reports with the
/// same variant.
fn is_of_the_protocol(text: &str) -> bool {
    ["no file", "Duplicate version", "Packet ", "Bad message", "Client error", "Unexpected behavior"]
        .iter()
        .any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use std::io;

    use ::russh_sftp::protocol::Status;

    use super::*;

    fn is_retryable(status_code: StatusCode) -> bool {
        let status = Status { id: 1, status_code, error_message: String::new(), language_tag: String::new() };
        Error::from(status).is_retryable()
    }

    #[test]
    fn status_codes_of_a_file_are_permanent() {
        let permanent = [
            StatusCode::Ok,
            StatusCode::Eof,
            StatusCode::NoSuchFile,
            StatusCode::PermissionDenied,
            StatusCode::Failure,
            StatusCode::BadMessage,
            StatusCode::OpUnsupported,
        ];
        for code in permanent {
            assert!(!is_retryable(code), "{code:?}");
        }
        assert!(is_retryable(StatusCode::NoConnection));
        assert!(is_retryable(StatusCode::ConnectionLost));
    }

    #[test]
    fn sessions_that_are_gone() {
        assert!(Error::IO("broken pipe".into()).is_retryable());
        assert!(Error::Timeout.is_retryable());
        let closed = |text: &str| Error::UnexpectedBehavior(text.into()).is_retryable();
        assert!(closed("session closed"));
        assert!(closed("sender dropped"));
        assert!(closed("SendError: channel closed"));
        assert!(closed("RecvError: channel closed"));
        assert!(closed("Unexpected EOF on stream"));
        assert!(closed("I/O: reset"));
    }

    #[test]
    fn a_server_that_breaks_the_protocol_is_not_retried() {
        let broken = |text: &str| Error::UnexpectedBehavior(text.into());
        assert!(!broken("no file").is_retryable());
        assert!(!broken("Duplicate version").is_retryable());
        assert!(!broken("Packet Some(7) for unknown recipient").is_retryable());
        assert!(!broken("Bad message: no length").is_retryable());
        assert!(!broken("Unexpected behavior: a packet").is_retryable());
    }

    #[test]
    fn io_errors_are_classified_by_their_text() {
        let failed = |kind: io::ErrorKind| Error::from(io::Error::from(kind)).is_retryable();
        assert!(failed(io::ErrorKind::BrokenPipe));
        assert!(failed(io::ErrorKind::TimedOut));
        assert!(!failed(io::ErrorKind::StorageFull));
        assert!(!failed(io::ErrorKind::PermissionDenied));
        assert!(Error::from(io::Error::other("the channel is closed")).is_retryable());
        #[cfg(target_os = "linux")]
        assert!(!Error::from(io::Error::from_raw_os_error(28)).is_retryable());
    }

    #[test]
    fn io_errors_of_a_file_keep_the_status_code() {
        let status = |status_code| Status {
            id: 1,
            status_code,
            error_message: String::new(),
            language_tag: String::new(),
        };
        let full = io::Error::from(Error::from(status(StatusCode::Failure)));
        assert!(!full.is_retryable(), "{full:?}");
        let lost = io::Error::from(Error::from(status(StatusCode::ConnectionLost)));
        assert!(lost.is_retryable(), "{lost:?}");
        assert!(io::Error::from(Error::Timeout).is_retryable());
    }

    #[test]
    fn limits_and_unexpected_packets_are_not_retried() {
        assert!(!Error::Limited("write limit reached".into()).is_retryable());
        assert!(!Error::UnexpectedPacket.is_retryable());
    }
}
