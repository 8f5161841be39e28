use reattempt::{RetryEvent, retry};

fn hook(_: RetryEvent<'_, String>) {}

#[retry(on_retry = hook)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
