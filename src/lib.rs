#![cfg_attr(not(feature = "std"), no_std)]
//! x

#[cfg(feature = "std")]
pub use retry_core::{AttemptTimeout, Run, testing};
pub use retry_core::{Backoff, GiveUpReason, InvalidPolicy, Jitter, Outcome, Policy, preset};
#[cfg(feature = "macros")]
pub use retry_macros::retry;

#[doc(hidden)]
pub mod __private;
