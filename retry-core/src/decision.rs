//! The decision after an attempt: a success or not, retryable or not, another attempt or the end, and why.

#[cfg(feature = "std")]
mod classify;
#[cfg(feature = "std")]
mod decide;
pub mod outcome;
mod reason;

#[cfg(feature = "std")]
pub use classify::{On, classify};
pub use outcome::Outcome;
pub use reason::GiveUpReason;

#[cfg(feature = "std")]
pub(crate) use decide::{Decision, FailedAttempt, decide, stop_reason};
#[cfg(feature = "std")]
pub(crate) use outcome::FromResult;
