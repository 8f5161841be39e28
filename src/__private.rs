//! The items that expansions of `#[retry]` name. They are not public API and change in any release.
//!
//! A program depends on this crate alone, so expansions name items of this module. The items are those of the hidden module of
//! `reattempt-core`, and the attribute, which an expansion of an `impl` block writes on a method.

pub use retry_core::__private::*;

#[cfg(feature = "macros")]
pub use retry_macros::retry;
