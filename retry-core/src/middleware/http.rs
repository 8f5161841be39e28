//! The rules for HTTP, which the layer and the middleware share.

use core::error::Error;
use std::io;

use ::http::header::{HeaderMap, HeaderName};
use ::http::{Method, StatusCode};

use super::verdict::Verdict;
use crate::adapter::http::{retry_after, sent_at};
use crate::adapter::status::is_transient_answer;
use crate::error::chain::{chain, link};
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
    chain(Some(error)).any(|error| {
        let by_kind = link::<io::Error>(error).is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::AddrNotAvailable
            )
        });
        by_kind || is_of_connect(error)
    }) || crate::error::chain::has_refusal(Some(error))
}

/// Returns whether an error of a client is that of its connect.
fn is_of_connect(error: &(dyn Error + 'static)) -> bool {
    #[cfg(feature = "reqwest")]
    if link::<::reqwest::Error>(error).is_some_and(::reqwest::Error::is_connect) {
        return true;
    }
    #[cfg(all(any(feature = "reqwest", feature = "etcd-client"), not(target_family = "wasm")))]
    if link::<hyper_util::client::legacy::Error>(error)
        .is_some_and(hyper_util::client::legacy::Error::is_connect)
    {
        return true;
    }
    let _ = error;
    false
}
