//! The loop of docs/book/src/cookbook/without-the-standard-library.md, on embassy's timer.

use embassy_time::{Duration, Timer};
use reattempt::{CircuitBreaker, Policy, RetryBudget};

/// Calls `operation` until it succeeds or the policy gives up.
///
/// # Errors
/// Returns the error of the last attempt.
pub async fn with_retries<T, E>(
    policy: Policy,
    draw: impl FnMut() -> u64,
    mut operation: impl AsyncFnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut delays = policy.delays_from(draw);
    loop {
        match (operation().await, delays.next()) {
            (Err(_), Some(delay)) => Timer::after(Duration::from_micros(delay.as_micros() as u64)).await,
            (result, _) => return result,
        }
    }
}

/// Calls `operation` like [`with_retries`], while the breaker lets attempts through and the budget pays for retries. `None`
/// is a call that the breaker refuses before attempt 1.
///
/// # Errors
/// Returns the error of the last attempt.
pub async fn with_limits<T, E>(
    policy: Policy,
    draw: impl FnMut() -> u64,
    (breaker, budget): (&CircuitBreaker, &RetryBudget),
    mut operation: impl AsyncFnMut() -> Result<T, E>,
) -> Option<Result<T, E>> {
    let mut delays = policy.delays_from(draw);
    let mut last = None;
    budget.deposit();
    while let Ok(permit) = breaker.acquire() {
        match operation().await {
            Ok(value) => {
                permit.success();
                return Some(Ok(value));
            }
            Err(error) => {
                permit.failure();
                last = Some(Err(error));
            }
        }
        match delays.next().filter(|_| budget.try_withdraw()) {
            Some(delay) => Timer::after(Duration::from_micros(delay.as_micros() as u64)).await,
            None => break,
        }
    }
    last
}
