//! A policy from a file or from environment variables.

mod config;
#[cfg(feature = "std")]
mod environment;
#[cfg(feature = "serde")]
mod serde;
#[cfg(any(feature = "std", feature = "serde"))]
mod spelling;

pub use config::{InvalidConfig, JitterConfig, PolicyConfig};
