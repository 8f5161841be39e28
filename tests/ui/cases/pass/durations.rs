#![deny(warnings)]

use std::time::Duration;

use reattempt::{AttemptTimeout, retry};

const BASE: Duration = Duration::from_millis(1500);
const MILLIS: u64 = 1500;

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

mod limits {
    use std::time::Duration;

    pub const fn base() -> Duration {
        Duration::from_secs(1)
    }
}

#[retry(base = "1s", max_delay = "30s", deadline = "5m", within = "10m")]
fn as_text() -> Result<(), ()> {
    Ok(())
}

#[retry(base_ms = 1000, max_delay_ms = 30_000, deadline_ms = 300_000, within_ms = 600_000)]
fn in_millis() -> Result<(), ()> {
    Ok(())
}

#[retry(base = BASE, max_delay = Duration::from_secs(30), deadline = Duration::from_secs(300), within = Duration::MAX)]
fn as_expression() -> Result<(), ()> {
    Ok(())
}

#[retry(base_ms = MILLIS, max_delay_ms = MILLIS * 10, deadline_ms = MILLIS * 100, within_ms = 10 * 60 * 1000)]
fn in_computed_millis() -> Result<(), ()> {
    Ok(())
}

#[retry(base = limits::base(), max_delay = limits::base().saturating_mul(10), deadline = BASE.saturating_mul(100))]
fn from_const_fn() -> Result<(), ()> {
    Ok(())
}

#[retry(base = "1500000us", max_delay = "0.5 m", deadline = "1.5h")]
fn with_decimals() -> Result<(), ()> {
    Ok(())
}

#[retry(base = "250ms", max_delay = "4_000ms", deadline = "9000000000ns")]
fn in_all_units() -> Result<(), ()> {
    Ok(())
}

#[retry(base = "0s")]
fn without_wait() -> Result<(), ()> {
    Ok(())
}

#[retry(attempt_timeout = "5s", within = "5m")]
async fn limited() -> Result<(), Failed> {
    Ok(())
}

#[retry(attempt_timeout_ms = 5000)]
async fn limited_in_millis() -> Result<(), Failed> {
    Ok(())
}

#[retry(attempt_timeout = BASE, deadline_ms = 30_000)]
async fn limited_by_expression() -> Result<(), Failed> {
    Ok(())
}

fn main() {
    assert_eq!(as_text(), Ok(()));
    assert_eq!(in_millis(), Ok(()));
    assert_eq!(as_expression(), Ok(()));
    assert_eq!(in_computed_millis(), Ok(()));
    assert_eq!(from_const_fn(), Ok(()));
    assert_eq!(with_decimals(), Ok(()));
    assert_eq!(in_all_units(), Ok(()));
    assert_eq!(without_wait(), Ok(()));
    drop((limited(), limited_in_millis(), limited_by_expression()));
}
