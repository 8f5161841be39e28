//! What an error can tell: whether it is retryable, which errors it was caused by, whether another loop gave up.

#[cfg(feature = "std")]
pub mod attempt_timeout;
#[cfg(feature = "std")]
pub(crate) mod chain;
#[cfg(feature = "std")]
pub mod chained;
pub mod circuit_open;
#[cfg(feature = "std")]
pub mod classification;
#[cfg(feature = "std")]
pub mod find;
#[cfg(feature = "std")]
mod foreign;
#[cfg(feature = "std")]
pub(crate) mod io;
#[cfg(feature = "std")]
pub mod known;
#[cfg(feature = "std")]
mod mark;
#[cfg(feature = "std")]
pub mod report;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "std")]
pub mod retry_error;
#[cfg(feature = "std")]
pub mod retryable;
#[cfg(feature = "std")]
pub mod text;
