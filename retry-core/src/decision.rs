//! The decision after an attempt: a success or not, retryable or not, another attempt or the end, and why.

#[cfg(feature = "std")]
pub mod classify;
#[cfg(feature = "std")]
pub(crate) mod decide;
pub mod outcome;
pub(crate) mod reason;
