//! The items that expansions of `#[retry]` name. They are not public API and change in any release.

pub use retry_core::__private::*;

#[cfg(feature = "macros")]
pub use retry_macros::retry;
