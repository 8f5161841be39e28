use std::io;
use std::time::Duration;

use reattempt::{CircuitBreaker, Hedge, RetryBudget, Throttle, retry};

const BUDGET: RetryBudget = RetryBudget::new();
const BREAKER: CircuitBreaker = CircuitBreaker::new();
const THROTTLE: Throttle = Throttle::new();

mod shared {
    use super::*;

    pub const HEDGE: Hedge = Hedge::after(Duration::from_millis(50));
}

#[retry(budget = BUDGET)]
fn by_budget() -> io::Result<u32> {
    Ok(1)
}

#[retry(breaker = BREAKER)]
fn by_breaker() -> io::Result<u32> {
    Ok(1)
}

#[retry(throttle = THROTTLE)]
async fn by_throttle() -> io::Result<u32> {
    Ok(1)
}

#[retry(hedge = shared::HEDGE)]
async fn by_hedge() -> io::Result<u32> {
    Ok(1)
}

fn main() {}
