//! Finds the cause of a failed connection among the errors behind a client's error.

use std::error::Error as StdError;
use std::io;

use crate::error::chain::{chain, link};
use crate::error::io::is_transient;
use crate::error::text_of;

/// Returns whether the cause of a failed connection is transient, if the chain has one: the innermost
/// `io::Error`, which the connector may have wrapped in other errors.
pub(super) fn may_pass(first: Option<&(dyn StdError + 'static)>) -> Option<bool> {
    let error = innermost_io_error(first)?;
    Some(is_transient(error) && !(error.kind() == io::ErrorKind::Other && rejects_certificate(first)))
}

/// Returns the same as [`may_pass`], for a connection that could not be made. A socket of the file system
/// that does not exist yet counts as a refused connection: its server has not started.
#[cfg(any(
    all(feature = "reqwest", not(target_family = "wasm")),
    feature = "tonic",
    feature = "tokio-postgres",
    feature = "sqlx"
))]
pub(super) fn connect_may_pass(first: Option<&(dyn StdError + 'static)>) -> Option<bool> {
    let is_missing = innermost_io_error(first).is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    if is_missing { Some(true) } else { may_pass(first) }
}

/// Returns the last `io::Error` of a chain.
fn innermost_io_error<'a>(first: Option<&'a (dyn StdError + 'static)>) -> Option<&'a io::Error> {
    chain(first).filter_map(link::<io::Error>).last()
}

/// Returns whether OpenSSL refused a certificate. Its errors have no kind here; rustls uses `InvalidData`.
fn rejects_certificate(first: Option<&(dyn StdError + 'static)>) -> bool {
    chain(first).any(|error| is_rejected_certificate(&text_of(error)))
}

/// Returns whether a text is that of OpenSSL for a certificate that is not trusted.
pub(super) fn is_rejected_certificate(text: &str) -> bool {
    text.contains("certificate verify failed")
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    fn judge(error: &Error) -> Option<bool> {
        may_pass(Some(error))
    }

    #[test]
    fn the_innermost_io_error_decides() {
        assert_eq!(judge(&Error::other(Error::from(ErrorKind::InvalidData))), Some(false));
        assert_eq!(judge(&Error::other(Error::other(Error::from(ErrorKind::ConnectionReset)))), Some(true));
        assert_eq!(may_pass(None), None);
    }

    #[test]
    fn a_certificate_that_openssl_refuses_does_not_pass() {
        let text = "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:\
                    ../ssl/statem/statem_clnt.c:1889: (self-signed certificate)";
        assert_eq!(judge(&Error::other(text)), Some(false));
        assert_eq!(judge(&Error::other("unexpected EOF")), Some(true));
    }
}
