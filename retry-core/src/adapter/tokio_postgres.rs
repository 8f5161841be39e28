//! Classifies errors of `tokio-postgres` by the server's code, or by the cause of a failed connection.

use std::error::Error as StdError;

use ::tokio_postgres::Error;
use ::tokio_postgres::error::DbError;

use super::{cause, sqlstate};
use crate::Retryable;
use crate::error::chain::chain;
use crate::error::text_of;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self.as_db_error() {
            Some(error) => error.is_retryable(),
            None => self.is_closed() || failed_without_answer(&text_of(self), self.source()),
        }
    }
}

impl Retryable for DbError {
    fn is_retryable(&self) -> bool {
        sqlstate::is_transient(self.code().code(), self.message())
    }
}

/// Returns whether an error of the client itself is transient, by its text and its source. Its kinds are private, so
/// their texts tell them apart; earlier releases append the cause.
fn failed_without_answer(text: &str, source: Option<&(dyn StdError + 'static)>) -> bool {
    let is = |kind: &str| text.starts_with(kind);
    if is("error connecting to server") {
        is_other_role(source) || cause::connect_may_pass(source).unwrap_or(true)
    } else if is("error communicating with the server") || is("error performing TLS handshake") {
        // Without an `io::Error`, the server or this program does not have TLS.
        cause::may_pass(source).unwrap_or(false)
    } else {
        is("timeout waiting for server")
    }
}

/// Returns whether none of the hosts has the role that `target_session_attrs` asks for, as in a failover.
fn is_other_role(source: Option<&(dyn StdError + 'static)>) -> bool {
    chain(source).any(|cause| {
        let text = text_of(cause);
        text == "database does not allow writes" || text == "database is not read only"
    })
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use ::tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf, duplex};
    use ::tokio_postgres::NoTls;
    use ::tokio_postgres::config::{Config, SslMode};

    use super::*;

    /// Returns the error of a client that connects to a server with these answers, after which the connection is
    /// closed.
    async fn connect(mode: SslMode, answers: &[u8]) -> Error {
        let (stream, mut server) = duplex(4_096);
        server.write_all(answers).await.unwrap();
        let config = Config::new().user("user").ssl_mode(mode).to_owned();
        let connecting = config.connect_raw(stream, NoTls);
        server.shutdown().await.unwrap();
        connecting.await.err().unwrap()
    }

    /// The message of an error with this code.
    fn refusal(code: &str) -> Vec<u8> {
        let fields = format!("SFATAL\0VFATAL\0C{code}\0Mthe message\0\0");
        let length = u32::try_from(fields.len() + 4).unwrap();
        [b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat()
    }

    #[tokio::test]
    async fn errors_of_the_server_by_code() {
        for (code, _) in sqlstate::TRANSIENT {
            let error = connect(SslMode::Disable, &refusal(code)).await;
            assert!(error.is_retryable(), "{error:?}");
        }
        for code in ["28P01", "3D000", "23505", "08P01", "XX000"] {
            let error = connect(SslMode::Disable, &refusal(code)).await;
            assert!(error.code().is_some() && !error.is_retryable(), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_connection_that_closes_is_retried() {
        for answers in [&b""[..], b"E\0\0"] {
            let error = connect(SslMode::Disable, answers).await;
            assert!(error.code().is_none() && error.is_retryable(), "{error:?}");
        }
    }

    #[tokio::test]
    async fn answers_that_make_no_sense_are_not_retried() {
        // A message without its end mark, one of an unknown kind, and one that nobody asked for.
        for answers in [&b"E\0\0\0\x08Sabc"[..], b"q\0\0\0\x04", b"I\0\0\0\x04"] {
            let error = connect(SslMode::Disable, answers).await;
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[tokio::test]
    async fn a_side_without_tls_is_not_retried() {
        // The server has none, then this program.
        for answer in [b"N", b"S"] {
            let error = connect(SslMode::Require, answer).await;
            assert!(error.to_string().contains("TLS") && !error.is_retryable(), "{error:?}");
        }
    }

    /// A stream that fails with this error.
    struct Failing(ErrorKind);

    impl AsyncRead for Failing {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::Error::other(io::Error::from(self.0))))
        }
    }

    impl AsyncWrite for Failing {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_connection_by_the_innermost_io_error() {
        for (kind, is_retryable) in [
            (ErrorKind::ConnectionReset, true),
            (ErrorKind::TimedOut, true),
            (ErrorKind::UnexpectedEof, true),
            (ErrorKind::InvalidData, false),
            (ErrorKind::PermissionDenied, false),
        ] {
            let config = Config::new().user("user").to_owned();
            let error = config.connect_raw(Failing(kind), NoTls).await.err().unwrap();
            assert_eq!(error.is_retryable(), is_retryable, "{error:?}");
        }
    }

    /// The texts are those of the client. Only with its own sockets, which are off here, does it return the first of them.
    #[test]
    fn errors_of_the_client_by_their_text_and_cause() {
        let role = |text: &str| io::Error::new(ErrorKind::PermissionDenied, text);
        let of = |kind: ErrorKind| io::Error::from(kind);
        for (text, cause, is_retryable) in [
            ("error connecting to server", of(ErrorKind::ConnectionRefused), true),
            ("error connecting to server: Connection refused", of(ErrorKind::ConnectionRefused), true),
            ("error connecting to server", of(ErrorKind::NotFound), true),
            ("error connecting to server", of(ErrorKind::PermissionDenied), false),
            ("error connecting to server", role("database does not allow writes"), true),
            ("error connecting to server", role("database is not read only"), true),
            ("error connecting to server", role("no access to the socket"), false),
            ("error communicating with the server", of(ErrorKind::ConnectionReset), true),
            ("error communicating with the server", of(ErrorKind::NotFound), false),
            ("error communicating with the server", role("database does not allow writes"), false),
            ("error performing TLS handshake", of(ErrorKind::ConnectionReset), true),
            ("error performing TLS handshake", of(ErrorKind::InvalidData), false),
            ("error parsing response from server", of(ErrorKind::ConnectionReset), false),
        ] {
            assert_eq!(failed_without_answer(text, Some(&cause)), is_retryable, "{text}: {cause:?}");
        }
    }

    #[test]
    fn an_elapsed_time_is_retried() {
        assert!(Error::__private_api_timeout().is_retryable());
    }

    #[tokio::test]
    async fn an_error_behind_a_box_is_judged_the_same() {
        let refused = connect(SslMode::Disable, &refusal("28P01")).await;
        let boxed: Box<dyn StdError + Send + Sync> = refused.into();
        assert!(!boxed.is_retryable());
        // The server's error alone.
        let refused = connect(SslMode::Disable, &refusal("28P01")).await.into_source().unwrap();
        assert!(!refused.is_retryable());
        let refused = connect(SslMode::Disable, &refusal("57P03")).await.into_source().unwrap();
        assert!(refused.is_retryable());
    }

    #[test]
    fn mistakes_of_the_program_are_not_retried() {
        let error = "port=none".parse::<Config>().unwrap_err();
        assert!(!error.is_retryable(), "{error:?}");
    }
}
