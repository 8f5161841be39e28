//! A `no_std` crate that plans its own retries with our arithmetic.
#![no_std]

pub mod embassy;

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use reattempt::{Backoff, CircuitBreaker, Jitter, Policy, RetryBudget, Throttle};

/// Checked when this crate is compiled.
pub const POLICY: Policy = Policy::new()
    .max(4)
    .base(Duration::from_millis(10))
    .backoff(Backoff::Linear)
    .jitter(Jitter::None)
    .checked();

/// The longest that a loop under [`POLICY`] waits.
pub const WORST_CASE: Duration = POLICY.worst_case_wait();

/// The same with jitter, whose draws come from the device.
pub const JITTERED: Policy = POLICY.jitter(Jitter::Full);

/// The total of one call's delays under `policy`.
#[must_use]
pub fn total(policy: Policy, draw: impl FnMut() -> u64) -> Duration {
    policy.delays_from(draw).sum()
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

/// Refuses requests while most of them fail.
pub static GATEWAY: Throttle = Throttle::new().minimum_requests(2).clock(uptime);

#[cfg(test)]
mod tests {
    use core::sync::atomic::Ordering;
    use core::time::Duration;

    use super::{BUDGET, BUS, GATEWAY, JITTERED, POLICY, TICKS, WORST_CASE, total};

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
    fn throttles_without_std() {
        for _ in 0..2 {
            GATEWAY.acquire_from(|| unreachable!("nothing can be refused")).expect("few requests").rejected();
        }
        assert!((0.6..0.7).contains(&GATEWAY.refusal_probability()));
        assert!(GATEWAY.acquire_from(|| u64::MAX).is_ok());
        assert!(GATEWAY.acquire_from(|| 0).is_err());
    }

    #[test]
    fn delays_without_std() {
        assert_eq!(total(POLICY, || 0), WORST_CASE);
        assert_eq!(WORST_CASE, Duration::from_millis(60));
    }

    #[test]
    fn jitter_without_std() {
        assert_eq!(total(JITTERED, || 0), Duration::ZERO);
        assert_eq!(total(JITTERED, || 1 << 63), Duration::from_millis(30));
        let mut draws = [1 << 63, 0, 1 << 62].into_iter();
        let delays = JITTERED.delays_from(|| draws.next().expect("one draw for each delay"));
        assert!(delays.eq([5_000, 0, 7_500].map(Duration::from_micros)));
    }
}
