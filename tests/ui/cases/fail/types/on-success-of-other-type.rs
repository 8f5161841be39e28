use reattempt::{RetryEvent, retry};

fn on_retry(_: &RetryEvent<'_, String>) {}

#[retry(on_success = on_retry)]
fn other_event(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(on_success = on_retry)]
async fn other_event_async(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(on_success = || ())]
fn no_arguments(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(on_success = |event| event.attempt())]
fn value(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(on_success = |event| event.error())]
async fn unknown_method(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(on_success = async |_| {})]
fn later(key: u32) -> Result<u32, String> {
    Ok(key)
}

fn main() {}
