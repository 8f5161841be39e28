//! Computes how often a call is attempted and how long it waits, in `const` functions; only random draws need `std`.

mod backoff;
pub(crate) mod consistency;
mod delays;
mod display;
mod getters;
mod hint;
mod jitter;
mod literal;
pub(crate) mod nanos;
mod policy;
mod power;
pub mod preset;
#[cfg(feature = "std")]
pub(crate) mod random;
pub(crate) mod rules;

pub use backoff::Backoff;
pub use delays::{Delays, Draw, Draws};
pub use hint::HintMode;
pub use jitter::Jitter;
pub use literal::{Argument, evaluated, into_policy, unlimited_if_zero};
pub use policy::Policy;
pub use rules::InvalidPolicy;
