//! What expansions of `#[retry]` name. Not public API: it changes in any release.

pub use core::time::Duration;

pub use retry_core::argument::Argument;
pub use retry_core::check;
pub use retry_core::outcome::split;
pub use retry_core::{Backoff, Jitter, Policy};

#[cfg(feature = "std")]
pub use retry_core::call::{
    Site, recovered_async, recovered_blocking, retry_async, retry_async_after, retry_blocking,
    retry_blocking_after,
};
#[cfg(feature = "std")]
pub use retry_core::failure::{Probe, ProbeDebug, ProbeDisplay, ProbeName, Seen};
#[cfg(feature = "std")]
pub use retry_core::progress::Progress;
#[cfg(feature = "std")]
pub use retry_core::sleep::{block_with, wait_with};
#[cfg(feature = "std")]
pub use retry_core::timeout::{limit, limit_with, timed_out};

/// The caller's policy, by value.
#[must_use]
pub const fn policy(policy: Policy) -> Policy {
    policy
}
