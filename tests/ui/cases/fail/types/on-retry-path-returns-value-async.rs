use reattempt::{RetryEvent, retry};

fn hook(event: &RetryEvent<'_, String>) -> u32 {
    event.attempt()
}

#[retry(on_retry = hook)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
