//! Policies by name.

use crate::policy::Policy;

/// 3 attempts, 1 s doubling to at most 60 s, up to 30 % more by jitter: what an empty `#[retry]` means.
pub const DEFAULT: Policy = Policy::DEFAULT;
