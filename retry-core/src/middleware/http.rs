//! The rules for HTTP, which the layer and the middleware share.

use core::error::Error;
use std::io;

use ::http::header::{HeaderMap, HeaderName};
use ::http::{Method, StatusCode};

use super::verdict::Verdict;
use crate::adapter::http::{retry_after, sent_at};
use crate::adapter::status::is_transient_answer;
use crate::error::chain::{chain, has_refusal, link};
use crate::error::text_of;
use crate::runtime;

/// The header by which a server recognizes a repeated request, as several APIs and the IETF's draft name it.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The rule for requests that may have had their effect.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HttpRules {
    /// Whether a request with any method may be repeated after it was sent.
    pub(super) repeats_every_method: bool,
}

impl HttpRules {
    /// Returns the verdict on a response to a request. `answers_it` returns whether it is that request's own response, and
    /// not that of a request to which the client was redirected.
    pub(super) fn of_response(
        self,
        request: Option<(&Method, &HeaderMap)>,
        status: StatusCode,
        headers: &HeaderMap,
        answers_it: impl FnOnce() -> bool,
    ) -> Verdict {
        if status.as_u16() < 400 {
            return Verdict::Success;
        }
        // A date in the header is by the server's clock, so it is compared with the server's time.
        let retry_after = retry_after(headers, sent_at(headers).unwrap_or_else(runtime::calendar));
        if !is_transient_answer(status.as_u16(), retry_after.is_some()) {
            return Verdict::Success;
        }
        let is_refusal =
            is_refusal(status) || (status == StatusCode::SERVICE_UNAVAILABLE && retry_after.is_some());
        if self.may_repeat(request) || (is_refusal && answers_it()) {
            Verdict::Transient { retry_after }
        } else {
            Verdict::Unrepeatable
        }
    }

    /// Returns the verdict on an error of the client.
    pub(super) fn of_error(
        self,
        request: Option<(&Method, &HeaderMap)>,
        error: &(dyn Error + 'static),
    ) -> Verdict {
        match Verdict::of_error(error) {
            Verdict::Transient { .. } if !self.may_repeat(request) && !was_not_sent(error) => {
                Verdict::Unrepeatable
            }
            verdict => verdict,
        }
    }

    /// Returns whether a request may be sent again although it may have had its effect: by RFC 9110, section 9.2.2, if
    /// its method is idempotent. A key in the request makes any method idempotent.
    fn may_repeat(self, request: Option<(&Method, &HeaderMap)>) -> bool {
        self.repeats_every_method
            || request.is_none_or(|(method, headers)| {
                method.is_idempotent() || headers.contains_key(IDEMPOTENCY_KEY)
            })
    }
}

/// Returns whether the server has refused the request without processing it, whatever its method: 408 (it did not
/// receive the whole request), 413 and 429 (too much for now), 421 and 425 (not on this connection).
fn is_refusal(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 413 | 421 | 425 | 429)
}

/// Returns whether an error shows that the request was not sent: no connection was made.
fn was_not_sent(error: &(dyn Error + 'static)) -> bool {
    let by_client = chain(Some(error)).find_map(is_of_connect);
    let was_not_connected = by_client.unwrap_or_else(|| {
        chain(Some(error)).filter_map(link::<io::Error>).any(|error| is_kind_of_connect(error.kind()))
    });
    was_not_connected || has_refusal(Some(error))
}

/// Returns whether only a connect fails with this kind. An established connection may fail with `HostUnreachable` and
/// `NetworkUnreachable`, too, when routers have rejected what was sent on it for long enough.
fn is_kind_of_connect(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable)
}

/// Returns whether an error of a client is that of its connect, or `None` if it is of no client that is known here.
fn is_of_connect(error: &(dyn Error + 'static)) -> Option<bool> {
    #[cfg(feature = "reqwest")]
    if let Some(error) = link::<::reqwest::Error>(error) {
        return Some(is_of_its_connect(error));
    }
    // The text of hyper-util's error, whose type is known only with some features.
    let text = text_of(error);
    text.starts_with("client error (").then(|| text.starts_with("client error (Connect)"))
}

#[cfg(all(feature = "reqwest", not(target_family = "wasm")))]
fn is_of_its_connect(error: &::reqwest::Error) -> bool {
    error.is_connect()
}

/// A browser does not report whether it has connected.
#[cfg(all(feature = "reqwest", target_family = "wasm"))]
fn is_of_its_connect(_: &::reqwest::Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use core::fmt::{self, Display, Formatter};

    use super::*;

    /// An error with the text of hyper-util's.
    #[derive(Debug)]
    struct OfClient(&'static str, io::Error);

    impl Display for OfClient {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for OfClient {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.1)
        }
    }

    #[test]
    fn the_client_decides_whether_a_request_was_sent() {
        for kind in
            [io::ErrorKind::ConnectionRefused, io::ErrorKind::HostUnreachable, io::ErrorKind::TimedOut]
        {
            assert!(was_not_sent(&OfClient("client error (Connect)", kind.into())));
            assert!(!was_not_sent(&OfClient("client error (SendRequest)", kind.into())));
        }
    }

    #[test]
    fn without_a_client_the_kind_decides() {
        assert!(was_not_sent(&io::Error::from(io::ErrorKind::ConnectionRefused)));
        assert!(was_not_sent(&io::Error::other(io::Error::from(io::ErrorKind::AddrNotAvailable))));
        for kind in [
            io::ErrorKind::HostUnreachable,
            io::ErrorKind::NetworkUnreachable,
            io::ErrorKind::ConnectionReset,
        ] {
            assert!(!was_not_sent(&io::Error::from(kind)), "{kind:?}");
        }
    }
}
