//! Classifies errors of `russh`: those of an SSH connection and of its channels.

use ::russh::{AgentAuthError, ChannelOpenFailure, Error, SendError, keys};

use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::IO(error) => error.is_retryable(),
            Error::Keys(error) => error.is_retryable(),
            Error::ChannelOpenFailure(reason) => may_pass(reason),
            Error::Disconnect
            | Error::HUP
            | Error::ConnectionTimeout
            | Error::KeepaliveTimeout
            | Error::InactivityTimeout
            | Error::Elapsed(_)
            | Error::SendError
            | Error::RecvError
            | Error::WrongChannel
            | Error::Inconsistent
            | Error::Pending => true,
            // Errors of keys, algorithms and permissions are permanent. Packets that were changed on the way
            // should be reported and not hidden by a retry.
            _ => false,
        }
    }
}

/// Retries only an `io::Error` on the way to a key or an agent. A key that is missing or wrong and an agent
/// that refuses are permanent.
impl Retryable for keys::Error {
    fn is_retryable(&self) -> bool {
        matches!(self, keys::Error::IO(error) if error.is_retryable())
    }
}

/// Retries the error, because it means that the session is gone.
impl Retryable for SendError {
    fn is_retryable(&self) -> bool {
        true
    }
}

/// Classifies the error by its content: that of an agent's key, or of the session.
impl Retryable for AgentAuthError {
    fn is_retryable(&self) -> bool {
        match self {
            AgentAuthError::Send(error) => error.is_retryable(),
            AgentAuthError::Key(error) => error.is_retryable(),
        }
    }
}

fn may_pass(reason: &ChannelOpenFailure) -> bool {
    matches!(reason, ChannelOpenFailure::ConnectFailed | ChannelOpenFailure::ResourceShortage)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn connections_that_fail() {
        let transient = [
            Error::IO(io::ErrorKind::ConnectionRefused.into()),
            Error::IO(io::ErrorKind::UnexpectedEof.into()),
            Error::Disconnect,
            Error::HUP,
            Error::ConnectionTimeout,
            Error::KeepaliveTimeout,
            Error::InactivityTimeout,
            Error::SendError,
            Error::RecvError,
            Error::WrongChannel,
            Error::Inconsistent,
            Error::Pending,
        ];
        for error in transient {
            assert!(error.is_retryable(), "{error:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_of_tokio() {
        let second = std::time::Duration::from_secs(1);
        let late = tokio::time::timeout(second, std::future::pending::<()>()).await.unwrap_err();
        assert!(Error::Elapsed(late).is_retryable());
    }

    #[test]
    fn channels_by_the_servers_reason() {
        let is_retryable = |reason| Error::ChannelOpenFailure(reason).is_retryable();
        assert!(is_retryable(ChannelOpenFailure::ConnectFailed));
        assert!(is_retryable(ChannelOpenFailure::ResourceShortage));
        assert!(!is_retryable(ChannelOpenFailure::AdministrativelyProhibited));
        assert!(!is_retryable(ChannelOpenFailure::UnknownChannelType));
        assert!(!is_retryable(ChannelOpenFailure::Other { code: 9, reason: String::new() }));
    }

    #[test]
    fn errors_of_keys_by_cause() {
        let missing = keys::load_secret_key("/no/such/key", None).unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");
        let no_key = keys::decode_secret_key("no key", None).unwrap_err();
        assert!(!no_key.is_retryable(), "{no_key:?}");
        let cut = || keys::Error::IO(io::ErrorKind::ConnectionReset.into());
        assert!(cut().is_retryable());
        assert!(Error::Keys(cut()).is_retryable());
        assert!(AgentAuthError::Key(cut()).is_retryable());
        assert!(!AgentAuthError::Key(keys::Error::AgentFailure).is_retryable());
        assert!(AgentAuthError::Send(SendError {}).is_retryable());
        assert!(SendError {}.is_retryable());
    }

    #[test]
    fn keys_and_permissions() {
        let permanent = [
            Error::IO(io::ErrorKind::PermissionDenied.into()),
            Error::Keys(keys::Error::IO(io::ErrorKind::NotFound.into())),
            Error::Keys(keys::Error::KeyIsCorrupt),
            Error::Keys(keys::Error::AgentFailure),
            Error::CouldNotReadKey,
            Error::UnknownKey,
            Error::KeyChanged { line: 1 },
            Error::WrongServerSig,
            Error::NotAuthenticated,
            Error::NoAuthMethod,
            Error::UnsupportedAuthMethod,
            Error::RequestDenied,
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn protocol_errors_are_not_retried() {
        let permanent = [
            Error::Version,
            Error::UnknownAlgo,
            Error::KexInit,
            Error::Kex,
            Error::PacketAuth,
            Error::DecryptionError,
            Error::PacketSize(1),
            Error::InvalidConfig(String::new()),
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
    }
}
