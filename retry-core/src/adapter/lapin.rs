//! Classifies errors of `lapin`: those of the connection, and those that the broker sends.

use std::io;

use ::lapin::protocol::{AMQPError, AMQPErrorKind, AMQPHardError, AMQPSoftError};
use ::lapin::{Error, ErrorKind};

use super::cause;
use crate::Retryable;
use crate::error::{Shown, text_of};

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self.kind() {
            ErrorKind::IOError(error) => {
                !is_reported(error) && cause::may_pass(Some(&**error)).unwrap_or(true)
            }
            ErrorKind::ProtocolError(error) => may_pass(error),
            ErrorKind::ChannelsLimitReached
            | ErrorKind::InvalidProtocolVersion(_)
            | ErrorKind::RuntimeShutdownError(_)
            | ErrorKind::ParsingError(_)
            | ErrorKind::SerialisationError(_)
            | ErrorKind::AuthProviderError(_)
            | ErrorKind::FutureCompleted
            | ErrorKind::NoDefaultRuntime => false,
            // A missing heartbeat, a channel or a connection that is gone, and variants of later releases.
            _ => true,
        }
    }
}

/// Returns whether an error without a kind consists only of a text. lapin reports a malformed URI, a missing
/// runtime and an unreadable key in this form; a failure of the network or of TLS has a type. The `Debug`
/// output of a text is the text in quotation marks.
fn is_reported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Other
        && error.get_ref().is_some_and(|text| format!("{:?}", Shown(text)) == format!("{:?}", text_of(text)))
}

/// Returns whether the broker closed the channel or the connection for a transient reason.
fn may_pass(error: &AMQPError) -> bool {
    match error.kind() {
        AMQPErrorKind::Soft(AMQPSoftError::RESOURCELOCKED)
        | AMQPErrorKind::Hard(
            AMQPHardError::CONNECTIONFORCED | AMQPHardError::RESOURCEERROR | AMQPHardError::INTERNALERROR,
        ) => true,
        AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => is_absent_for_now(error.get_message().as_str()),
        _ => false,
    }
}

/// Returns whether RabbitMQ cannot reach an existing queue, because its node is down or the queue moves to
/// another node. Names are in quotation marks, so a name cannot be the end of the text.
fn is_absent_for_now(text: &str) -> bool {
    let text = text.strip_prefix("NOT_FOUND - ").unwrap_or(text);
    (text.starts_with("home node ") && text.contains("is down"))
        || ["stopped by supervisor", "due to timeout", "may be stopping or being demoted"]
            .iter()
            .any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
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
    fn errors_of_the_broker_by_code() {
        let transient = [320, 405, 506, 541];
        let permanent = [311, 312, 313, 402, 403, 404, 406, 501, 502, 503, 504, 505, 530, 540];
        for code in transient.iter().chain(&permanent) {
            let error = AMQPError::from_id(*code, "".into()).unwrap();
            assert_eq!(is_retryable(ErrorKind::ProtocolError(error)), transient.contains(code), "{code}");
        }
    }

    #[test]
    fn a_queue_whose_node_is_down_is_retried() {
        let missing = |text: &str| {
            is_retryable(ErrorKind::ProtocolError(AMQPError::from_id(404, text.into()).unwrap()))
        };
        let transient = [
            "NOT_FOUND - home node 'rabbit@a' of durable queue 'orders' in vhost '/' is down or inaccessible",
            "NOT_FOUND - queue 'orders' in vhost '/' process is stopped by supervisor",
            "NOT_FOUND - failed to perform operation on queue 'orders' in vhost '/' due to timeout",
            "NOT_FOUND - failed to perform operation on queue 'orders' in vhost '/': its master replica \
             <4.1.0> may be stopping or being demoted",
            "home node 'rabbit@a' of durable queue 'orders' in vhost '/' is down or inaccessible",
        ];
        let permanent = [
            "NOT_FOUND - no queue 'orders' in vhost '/'",
            "NOT_FOUND - no queue 'home node is down' in vhost '/'",
            "NOT_FOUND - no queue 'failed due to timeout' in vhost '/'",
            "NOT_FOUND - no queue 'a' in vhost 'due to timeout'",
            "NOT_FOUND - no exchange 'orders' in vhost '/'",
            "NOT_FOUND - queue 'orders' in vhost '/' has crashed and failed to restart",
        ];
        for text in transient {
            assert!(missing(text), "{text}");
        }
        for text in permanent {
            assert!(!missing(text), "{text}");
        }
    }

    #[test]
    fn a_malformed_uri_is_not_retried() {
        for uri in ["", "no uri", "http://localhost", "amqp://localhost:port", "amqp://localhost?heartbeat=x"]
        {
            let text = uri.parse::<::lapin::uri::AMQPUri>().unwrap_err();
            let error = Error::from(io::Error::other(text));
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn an_error_without_a_kind_that_has_a_type_is_retried() {
        #[derive(Debug)]
        struct NoAnswer;
        impl std::fmt::Display for NoAnswer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("NoAnswer")
            }
        }
        impl StdError for NoAnswer {}
        assert!(Error::from(io::Error::other(NoAnswer)).is_retryable());
        let bad_certificate = io::Error::other(io::Error::from(io::ErrorKind::InvalidData));
        assert!(!Error::from(bad_certificate).is_retryable());
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
    fn permanent_errors_are_not_retried() {
        assert!(!is_retryable(ErrorKind::ChannelsLimitReached));
        assert!(!is_retryable(ErrorKind::RuntimeShutdownError(io_error(io::ErrorKind::Other))));
        assert!(!is_retryable(ErrorKind::AuthProviderError("no token".into())));
        assert!(!is_retryable(ErrorKind::FutureCompleted));
        assert!(!is_retryable(ErrorKind::NoDefaultRuntime));
    }
}
