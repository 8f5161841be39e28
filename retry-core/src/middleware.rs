//! Retries around the clients and services of other crates: a layer of tower and a middleware of reqwest.

mod http;
#[cfg(feature = "reqwest")]
mod of_reqwest;
mod settings;
mod verdict;

#[cfg(feature = "reqwest-middleware")]
pub mod reqwest;
#[cfg(feature = "tower")]
pub mod tower;

pub use verdict::{BoxError, Verdict};
