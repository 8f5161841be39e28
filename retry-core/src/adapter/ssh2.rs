//! Classifies errors of `ssh2` by the codes of libssh2, for the session and for SFTP.

use ::ssh2::{Error, ErrorCode};
use libssh2_sys as raw;

use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self.code() {
            ErrorCode::Session(raw::LIBSSH2_ERROR_CHANNEL_FAILURE) => !is_forbidden(self.message()),
            ErrorCode::Session(code) => is_of_the_connection(code),
            ErrorCode::SFTP(code) => matches!(
                code,
                raw::LIBSSH2_FX_NO_CONNECTION
                    | raw::LIBSSH2_FX_CONNECTION_LOST
                    | raw::LIBSSH2_FX_LOCK_CONFLICT
            ),
        }
    }
}

/// Returns whether the server does not permit the channel. libssh2 keeps the server's reason as a text.
fn is_forbidden(text: &str) -> bool {
    text.contains("administratively prohibited") || text.contains("unknown channel type")
}

/// Returns whether a code is that of a failed connection. `KEY_EXCHANGE_FAILURE` is not, because it also
/// stands for a host key with a wrong signature.
fn is_of_the_connection(code: i32) -> bool {
    matches!(
        code,
        raw::LIBSSH2_ERROR_BANNER_RECV
            | raw::LIBSSH2_ERROR_BANNER_SEND
            | raw::LIBSSH2_ERROR_SOCKET_SEND
            | raw::LIBSSH2_ERROR_SOCKET_RECV
            | raw::LIBSSH2_ERROR_SOCKET_DISCONNECT
            | raw::LIBSSH2_ERROR_SOCKET_TIMEOUT
            | raw::LIBSSH2_ERROR_TIMEOUT
            | raw::LIBSSH2_ERROR_EAGAIN
            | raw::LIBSSH2_ERROR_KEX_FAILURE
            | raw::LIBSSH2_ERROR_CHANNEL_CLOSED
            | raw::LIBSSH2_ERROR_CHANNEL_EOF_SENT
            | raw::LIBSSH2_ERROR_CHANNEL_WINDOW_FULL
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use ::ssh2::Session;

    use super::*;

    fn codes(all: std::ops::RangeInclusive<i32>, code: fn(i32) -> ErrorCode) -> Vec<i32> {
        all.rev().filter(|&number| Error::from_errno(code(number)).is_retryable()).collect()
    }

    #[test]
    fn codes_of_the_session() {
        let transient = [-2, -3, -5, -7, -9, -13, -21, -26, -27, -30, -37, -43, -47];
        assert_eq!(codes(-60..=0, ErrorCode::Session), transient);
        assert!(Error::eof().is_retryable());
        assert!(!Error::unknown().is_retryable());
    }

    #[test]
    fn channels_by_the_servers_reason() {
        let failed = |text| Error::new(ErrorCode::Session(raw::LIBSSH2_ERROR_CHANNEL_FAILURE), text);
        assert!(failed("Channel open failure (connect failed)").is_retryable());
        assert!(failed("Channel open failure (resource shortage)").is_retryable());
        assert!(failed("Channel open failure").is_retryable());
        assert!(!failed("Channel open failure (administratively prohibited)").is_retryable());
        assert!(!failed("Channel open failure (unknown channel type)").is_retryable());
    }

    #[test]
    fn codes_of_sftp() {
        assert_eq!(codes(0..=30, ErrorCode::SFTP), [17, 7, 6]);
    }

    /// Returns the error of a handshake with a server that sends `answer` and closes the connection.
    fn handshake_with(answer: &'static [u8]) -> Error {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let server = thread::spawn(move || listener.accept().unwrap().0.write_all(answer).unwrap());
        let mut session = Session::new().unwrap();
        session.set_tcp_stream(stream);
        let error = session.handshake().unwrap_err();
        server.join().unwrap();
        error
    }

    #[test]
    fn a_server_that_hangs_up_is_retried() {
        for answer in [&b""[..], b"SSH-2.0-test\r\n"] {
            let error = handshake_with(answer);
            assert!(error.is_retryable(), "{error:?}");
        }
    }
}
