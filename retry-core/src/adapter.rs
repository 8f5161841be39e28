//! What the errors of other crates say of themselves: one file and one feature for each crate.
//!
//! They stand here because the trait does: nobody else may implement it for a type that is not theirs. Each file is a
//! table of what is retried; `docs/adapters/` has the same with the reasons.

#[cfg(any(feature = "aws", feature = "http"))]
mod status;

#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "tonic")]
mod tonic;
