//! A `no_std` crate that plans its own retries with our arithmetic.
#![no_std]

use core::time::Duration;

use reattempt::{Backoff, Jitter, Policy};

/// Checked when this crate is compiled.
pub const POLICY: Policy = Policy::new()
    .max(4)
    .base(Duration::from_millis(10))
    .backoff(Backoff::Linear)
    .jitter(Jitter::None)
    .checked();

/// The longest that a loop under [`POLICY`] waits.
pub const WORST_CASE: Duration = POLICY.worst_case_wait();

/// The total of one call's delays.
#[must_use]
pub fn total(seed: u64) -> Duration {
    POLICY.delays_seeded(seed).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn delays_without_std() {
        assert_eq!(super::total(1), super::WORST_CASE);
        assert_eq!(super::WORST_CASE, core::time::Duration::from_millis(60));
    }
}
