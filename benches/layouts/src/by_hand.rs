//! The parts of a loop by hand: three attempts, exponential backoff with jitter, an event for each retry, for a late
//! success and for the end.

use std::fmt::Display;
use std::time::Duration;

pub(crate) const MAX_ATTEMPTS: u32 = 3;

/// Returns 1 s, 2 s, 4 s and so on up to 60 s, and up to 30 % more.
fn backoff(attempt: u32) -> Duration {
    const LONGEST: u64 = 60;
    let seconds = (1 << (attempt - 1).min(6)).min(LONGEST);
    // Not by `fastrand::u64`: with a second caller here, the compiler would no longer inline it in the contender by hand.
    Duration::from_secs(seconds).mul_f64(1.0 + 0.3 * fastrand::f64())
}

/// Logs the failure; returns how long to wait.
#[cold]
#[inline(never)]
pub(crate) fn will_retry(operation: &str, attempt: u32, error: &dyn Display) -> Duration {
    let delay = backoff(attempt);
    tracing::warn!(
        operation,
        attempt,
        max_attempts = MAX_ATTEMPTS,
        delay_ms = delay.as_millis() as u64,
        %error,
        "attempt failed, will retry"
    );
    delay
}

/// Logs a success after a retry.
#[inline]
pub(crate) fn succeeded(operation: &str, attempt: u32) {
    if attempt > 1 {
        recovered(operation, attempt);
    }
}

#[cold]
#[inline(never)]
fn recovered(operation: &str, attempt: u32) {
    tracing::info!(operation, attempt, max_attempts = MAX_ATTEMPTS, "succeeded after a retry");
}

/// Logs the end. Takes the error and returns it, so that it may stay in a register.
#[cold]
#[inline(never)]
pub(crate) fn gave_up_with<E: Display>(operation: &str, attempt: u32, error: E) -> E {
    tracing::error!(operation, attempt, max_attempts = MAX_ATTEMPTS, %error, "attempt failed, giving up");
    error
}

/// Logs the end.
#[cold]
#[inline(never)]
pub(crate) fn gave_up(operation: &str, attempt: u32, error: &dyn Display) {
    tracing::error!(operation, attempt, max_attempts = MAX_ATTEMPTS, %error, "attempt failed, giving up");
}
