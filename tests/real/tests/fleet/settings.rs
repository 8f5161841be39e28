//! The settings that all processes of the fleet have.
#![expect(clippy::declare_interior_mutable_const, reason = "each is copied once, into a static")]

use std::time::Duration;

use reattempt::{CircuitBreaker, RetryBudget, fleet::Fleet};

pub(crate) const SYNC_EVERY: Duration = Duration::from_millis(500);
pub(crate) const PATIENCE: Duration = Duration::from_millis(100);
pub(crate) const OPEN_FOR: Duration = Duration::from_millis(800);
pub(crate) const TRIAL_TIMEOUT: Duration = Duration::from_secs(1);
pub(crate) const TRIALS: u32 = 2;
pub(crate) const RATIO: f64 = 0.1;
pub(crate) const RESERVE: u32 = 20;
pub(crate) const TTL: Duration = Duration::from_secs(10);

pub(crate) const BREAKER: CircuitBreaker = CircuitBreaker::new()
    .name("search")
    .failure_rate(0.5)
    .minimum_calls(10)
    .window_time(Duration::from_secs(2))
    .open_for(OPEN_FOR)
    .trials(TRIALS)
    .trial_timeout(TRIAL_TIMEOUT);

pub(crate) const BUDGET: RetryBudget =
    RetryBudget::new().name("search").ratio(RATIO).reserve_per_second(RESERVE).ttl(TTL);

pub(crate) const CIRCUIT_KEY: &str = "reattempt:fleet:circuit:search";

pub(crate) fn fleet(fleet: Fleet) -> Fleet {
    fleet.name("fleet").quorum(2).sync_every(SYNC_EVERY).patience(PATIENCE)
}
