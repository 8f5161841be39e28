//! Numbers in, numbers out: how often a call is attempted and how long it waits, in `const` and without `std`.

pub(crate) mod backoff;
pub(crate) mod const_message;
pub(crate) mod delays;
pub(crate) mod display;
pub(crate) mod jitter;
pub mod literal;
pub(crate) mod nanos;
pub(crate) mod policy;
pub mod preset;
#[cfg(feature = "std")]
pub(crate) mod random;
pub mod rules;
