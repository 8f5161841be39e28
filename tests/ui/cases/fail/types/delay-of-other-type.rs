use std::time::Duration;

use reattempt::retry;

fn of_millis(_: &String, attempt: u32) -> u64 {
    u64::from(attempt)
}

#[retry(delay = "1s")]
fn text(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(delay = |error| Duration::from_secs(1))]
fn one_argument(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(delay = |_, attempt| attempt * 2)]
async fn number(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(delay = of_millis)]
fn path(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(delay = |error, _| error.wait())]
async fn unknown_method(key: u32) -> Result<u32, String> {
    Ok(key)
}

fn main() {}
