//! Configures a policy from a file or from environment variables.

mod config;
#[cfg(any(feature = "std", feature = "serde"))]
mod duration;
#[cfg(feature = "std")]
mod environment;
mod invalid;
mod jitter;
#[cfg(feature = "serde")]
mod serde;
mod setters;
#[cfg(any(feature = "std", feature = "serde"))]
mod spelling;

pub use config::PolicyConfig;
pub use invalid::InvalidConfig;
pub use jitter::JitterConfig;
