//! `lapin`: errors of the connection, and those that the broker sends.

use ::lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};
use ::lapin::{Error, ErrorKind};

use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::IOError(error) => error.is_retryable(),
            ErrorKind::ProtocolError(error) => may_pass(error.kind()),
            ErrorKind::ChannelsLimitReached
            | ErrorKind::InvalidProtocolVersion(_)
            | ErrorKind::RuntimeShutdownError(_)
            | ErrorKind::ParsingError(_)
            | ErrorKind::SerialisationError(_)
            | ErrorKind::AuthProviderError(_)
            | ErrorKind::FutureCompleted
            | ErrorKind::NoDefaultRuntime => false,
            // A missing heartbeat, a channel or a connection that is gone, and what this release does not know.
            _ => true,
        }
    }
}

/// What the broker closes a channel or a connection with: only these are of the moment.
fn may_pass(kind: &AMQPErrorKind) -> bool {
    matches!(
        kind,
        AMQPErrorKind::Soft(AMQPSoftError::RESOURCELOCKED)
            | AMQPErrorKind::Hard(
                AMQPHardError::CONNECTIONFORCED | AMQPHardError::RESOURCEERROR | AMQPHardError::INTERNALERROR
            )
    )
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use ::lapin::protocol::AMQPError;
    use ::lapin::{ChannelState, ConnectionState};

    use super::*;

    fn is_retryable(kind: ErrorKind) -> bool {
        Error::from(kind).is_retryable()
    }

    fn io_error(kind: io::ErrorKind) -> Arc<io::Error> {
        Arc::new(kind.into())
    }

    #[test]
    fn what_the_broker_says_by_its_code() {
        let transient = [320, 405, 506, 541];
        let permanent = [311, 312, 313, 402, 403, 404, 406, 501, 502, 503, 504, 505, 530, 540];
        for code in transient.iter().chain(&permanent) {
            let error = AMQPError::from_id(*code, "".into()).unwrap();
            assert_eq!(is_retryable(ErrorKind::ProtocolError(error)), transient.contains(code), "{code}");
        }
    }

    #[test]
    fn connections_that_fail() {
        assert!(is_retryable(ErrorKind::IOError(io_error(io::ErrorKind::ConnectionRefused))));
        assert!(is_retryable(ErrorKind::IOError(io_error(io::ErrorKind::ConnectionReset))));
        assert!(!is_retryable(ErrorKind::IOError(io_error(io::ErrorKind::InvalidInput))));
        assert!(is_retryable(ErrorKind::MissingHeartbeatError));
    }

    #[test]
    fn channels_and_connections_that_are_gone() {
        assert!(is_retryable(ErrorKind::InvalidChannel(1)));
        assert!(is_retryable(ErrorKind::InvalidChannelState(ChannelState::Closed, "publish")));
        assert!(is_retryable(ErrorKind::InvalidConnectionState(ConnectionState::Closed)));
    }

    #[test]
    fn what_stays_as_it_is() {
        assert!(!is_retryable(ErrorKind::ChannelsLimitReached));
        assert!(!is_retryable(ErrorKind::RuntimeShutdownError(io_error(io::ErrorKind::Other))));
        assert!(!is_retryable(ErrorKind::AuthProviderError("no token".into())));
        assert!(!is_retryable(ErrorKind::FutureCompleted));
        assert!(!is_retryable(ErrorKind::NoDefaultRuntime));
    }
}
