use std::time::Duration;

use reattempt::retry;

fn by_millis(_: u64) -> bool {
    true
}

#[retry(cancel = true)]
fn flag(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(cancel = || true)]
fn no_arguments(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(cancel = |limit| limit)]
fn no_answer(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(cancel = by_millis)]
fn path(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(cancel = async |_: Duration| true)]
fn later(key: u32) -> Result<u32, String> {
    Ok(key)
}

fn main() {}
