//! A policy from a file or from environment variables.

pub(crate) mod config;
#[cfg(feature = "std")]
pub(crate) mod environment;
#[cfg(feature = "serde")]
pub(crate) mod serde;
#[cfg(any(feature = "std", feature = "serde"))]
pub(crate) mod spelling;
