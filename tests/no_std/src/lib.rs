//! A `no_std` crate that plans its own retries with our arithmetic.
#![no_std]

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use reattempt::{Backoff, CircuitBreaker, Jitter, Policy, RetryBudget};

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

/// Milliseconds, as an interrupt would count them.
pub static TICKS: AtomicU32 = AtomicU32::new(0);

fn uptime() -> Duration {
    Duration::from_millis(TICKS.load(Ordering::Relaxed).into())
}

/// Limits the retries of all that this device does.
pub static BUDGET: RetryBudget = RetryBudget::new().reserve_per_second(1).clock(uptime);

/// Spares the bus when nobody answers on it.
pub static BUS: CircuitBreaker =
    CircuitBreaker::new().consecutive_failures(2).open_for(Duration::from_secs(1)).clock(uptime);

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering;

    use super::{BUDGET, BUS, TICKS};

    #[test]
    fn shared_state_without_std() {
        while BUDGET.try_withdraw() {}
        for _ in 0..2 {
            BUS.acquire().expect("closed").failure();
        }
        assert!(BUS.acquire().is_err());
        TICKS.fetch_add(1000, Ordering::Relaxed);
        assert!(BUDGET.try_withdraw());
        BUS.acquire().expect("a trial").success();
        assert_eq!(BUS.state(), reattempt::CircuitState::Closed);
    }

    #[test]
    fn delays_without_std() {
        assert_eq!(super::total(1), super::WORST_CASE);
        assert_eq!(super::WORST_CASE, core::time::Duration::from_millis(60));
    }
}
