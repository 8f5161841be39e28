//! `russh-sftp`: what the server says of files, and a session that is gone.

use ::russh_sftp::client::error::Error;
use ::russh_sftp::protocol::StatusCode;

use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::Status(status) => {
                matches!(status.status_code, StatusCode::NoConnection | StatusCode::ConnectionLost)
            }
            // The last is how a session says that it is closed, too.
            Error::IO(_) | Error::Timeout | Error::UnexpectedBehavior(_) => true,
            Error::Limited(_) | Error::UnexpectedPacket => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ::russh_sftp::protocol::Status;

    use super::*;

    fn is_retryable(status_code: StatusCode) -> bool {
        let status = Status { id: 1, status_code, error_message: String::new(), language_tag: String::new() };
        Error::from(status).is_retryable()
    }

    #[test]
    fn what_the_server_says_of_a_file_is_final() {
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
        assert!(Error::UnexpectedBehavior("session closed".into()).is_retryable());
    }

    #[test]
    fn limits_and_packets_that_make_no_sense() {
        assert!(!Error::Limited("write limit reached".into()).is_retryable());
        assert!(!Error::UnexpectedPacket.is_retryable());
    }
}
