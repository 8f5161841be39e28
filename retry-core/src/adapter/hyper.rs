//! Classifies errors of `hyper` and `hyper-util` connections and clients, as far as other crates return them.

use std::error::Error as StdError;

use ::hyper::Error;

use super::cause;
use crate::Retryable;
use crate::error::chain;
#[cfg(not(target_family = "wasm"))]
use crate::error::text_of;

/// Retries a failed connection, and a peer that broke the protocol. Of the errors that hyper blames on the
/// program, only a request body that failed while it was sent has a cause, which then decides. Without a
/// cause, the program has used hyper in a wrong way or has dropped a body before its end.
impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        let is_misuse = self.is_user() && !self.is_body_write_aborted() && self.source().is_none();
        !is_misuse && cause::may_pass(self.source()).unwrap_or(true)
    }
}

/// Retries a connection that could not be made, or that failed. A request that the client cannot send is not retried.
#[cfg(not(target_family = "wasm"))]
impl Retryable for hyper_util::client::legacy::Error {
    fn is_retryable(&self) -> bool {
        match chain::find_in::<Error>(self.source()) {
            Some(error) => error.is_retryable(),
            // Of the errors without one of hyper behind them, only that of a connect has a cause.
            None => cause::connect_may_pass(self.source()).unwrap_or_else(|| !is_unsendable(self)),
        }
    }
}

/// Returns whether the client cannot send such a request: one without an absolute address, or of another version. The
/// kinds of the error are private, so its text distinguishes them.
#[cfg(not(target_family = "wasm"))]
fn is_unsendable(error: &hyper_util::client::legacy::Error) -> bool {
    text_of(error).starts_with("client error (User")
}

/// Returns whether the first error of hyper in a chain is transient, if there is one.
pub(super) fn may_pass(first: Option<&(dyn StdError + 'static)>) -> Option<bool> {
    #[cfg(not(target_family = "wasm"))]
    if let Some(error) = chain::find_in::<hyper_util::client::legacy::Error>(first) {
        return Some(error.is_retryable());
    }
    chain::find_in::<Error>(first).map(Retryable::is_retryable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn mistakes_of_the_program_are_not_retried() {
        let misuse = ::hyper::upgrade::on(::hyper::Response::new(())).await.unwrap_err();
        assert!(misuse.is_user() && !misuse.is_retryable(), "{misuse:?}");
    }
}
