//! Finds out of an error whether it is retryable, which errors caused it, and whether another loop gave up.

#[cfg(feature = "std")]
mod attempt_timeout;
#[cfg(feature = "std")]
pub(crate) mod chain;
#[cfg(feature = "std")]
mod chained;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod circuit_open;
#[cfg(feature = "std")]
mod classification;
#[cfg(feature = "std")]
pub(crate) mod find;
#[cfg(feature = "std")]
mod foreign;
#[cfg(feature = "std")]
pub(crate) mod io;
#[cfg(feature = "std")]
mod known;
#[cfg(feature = "std")]
pub(crate) mod link;
#[cfg(feature = "std")]
mod made_from;
#[cfg(feature = "std")]
mod mark;
#[cfg(feature = "std")]
mod report;
#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;
#[cfg(feature = "std")]
mod retry_error;
#[cfg(feature = "std")]
mod retryable;
#[cfg(feature = "std")]
mod shown;
#[cfg(feature = "std")]
pub(crate) mod text;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod throttled;

#[cfg(feature = "async-nats")]
pub(crate) use classification::classify_chain;
#[cfg(feature = "std")]
pub(crate) use made_from::made_from;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) use throttled::Probability;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use {circuit_open::CircuitOpen, throttled::Throttled};

#[cfg(feature = "std")]
pub use {
    attempt_timeout::AttemptTimeout,
    known::ErrorView,
    report::{Failure, Overridden, RejectedValue},
    retry_error::{RetryError, into_caller_error},
    retryable::{Hint, Retryable},
};
#[cfg(feature = "std")]
pub(crate) use {
    attempt_timeout::FromTimeout,
    chained::{
        Borrowing, Borrows, Boxed, BoxedSync, Chained, Counted, Counts, Held, Holds, Plain, Pointed, Points,
        Sourced, Unchained,
    },
    circuit_open::FromCircuitOpen,
    known::{AlwaysRetry, AsDebug, AsDisplay, AsTypeName, ByRetryable, Classifier, Describe, Known},
    report::OwnDelay,
    throttled::FromThrottled,
};

#[cfg(feature = "std")]
pub(crate) use {
    report::Report,
    shown::{Shown, text_of},
};
