use std::time::Duration;

use reattempt::retry;

#[retry(retry_ok = |_| true, retry_after_ok = |value| Duration::from_secs(u64::from(*value)))]
fn no_option(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(retry_ok = |_| true, retry_after_ok = |value| value.wait())]
async fn unknown_method(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(retry_ok = |_| true, retry_after_ok = |value: u32| None)]
fn by_value(key: u32) -> Result<u32, String> {
    Ok(key)
}

fn main() {}
