//! The errors that a function's own error is made from. Each is a trait of ours over `From`, so that the compiler's
//! message names what to write, and not a bound in here.

use crate::call::timeout::AttemptTimeout;
use crate::error::retry_error::RetryError;

/// An error that an attempt which ran out of time can fail with.
#[diagnostic::on_unimplemented(
    message = "an attempt that runs out of time cannot fail with `{Self}`, which is not made from `AttemptTimeout`",
    label = "needs an error type that implements `From<AttemptTimeout>`",
    note = "write `impl From<reattempt::AttemptTimeout> for {Self}` if the type is yours",
    note = "return `anyhow::Error`, `Box<dyn Error>` or an error type of yours that wraps it if the type is another \
            crate's; `reattempt::reqwest::Error` wraps that of `reqwest`"
)]
pub trait FromTimeout {
    /// The error of such an attempt.
    fn from_timeout(timeout: AttemptTimeout) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<AttemptTimeout>> FromTimeout for E {
    fn from_timeout(timeout: AttemptTimeout) -> E {
        timeout.into()
    }
}

/// An error that a call fails with which its breaker refuses before the first attempt.
#[cfg(target_has_atomic = "64")]
#[diagnostic::on_unimplemented(
    message = "a call that the breaker refuses cannot fail with `{Self}`, which is not made from `CircuitOpen`",
    label = "needs an error type that implements `From<CircuitOpen>`",
    note = "write `impl From<reattempt::CircuitOpen> for {Self}` if the type is yours",
    note = "write `error = {Self}` and return `Result<_, reattempt::RetryError<{Self}>>` if the type is another \
            crate's, or return `anyhow::Error` or `Box<dyn Error>`"
)]
pub trait FromCircuitOpen {
    /// The error of such a call.
    fn from_circuit_open(open: crate::CircuitOpen) -> Self;
}

#[cfg(target_has_atomic = "64")]
#[diagnostic::do_not_recommend]
impl<E: From<crate::CircuitOpen>> FromCircuitOpen for E {
    fn from_circuit_open(open: crate::CircuitOpen) -> E {
        open.into()
    }
}

/// An error that a function with `error = E` can return.
#[diagnostic::on_unimplemented(
    message = "a function with `error = {E}` cannot fail with `{Self}`, which is not made from `RetryError<{E}>`",
    label = "needs a return type whose error implements `From<RetryError<{E}>>`",
    note = "return `Result<_, reattempt::RetryError<{E}>>`, `anyhow::Error` or `Box<dyn Error>`",
    note = "write `impl From<reattempt::RetryError<{E}>> for {Self}` if the type is yours"
)]
pub trait FromRetryError<E> {
    /// The error for the caller.
    fn from_retry_error(error: RetryError<E>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E, F: From<RetryError<E>>> FromRetryError<E> for F {
    fn from_retry_error(error: RetryError<E>) -> F {
        error.into()
    }
}
