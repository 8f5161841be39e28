//! Decides after an attempt whether it succeeded, whether its error is retryable, and whether to retry or give up.

#[cfg(feature = "std")]
mod classify;
#[cfg(feature = "std")]
mod decide;
pub(crate) mod ladder;
pub(crate) mod outcome;
mod reason;
pub(crate) mod success;

#[cfg(feature = "std")]
pub use classify::{Selection, classify};
pub use outcome::Outcome;
pub use reason::GiveUpReason;

#[cfg(feature = "std")]
pub(crate) use decide::{Decision, FailedAttempt, decide, stop_reason};
#[cfg(feature = "std")]
pub(crate) use outcome::FromResult;
