use reattempt::{RetryEvent, retry};

async fn hook(_: &RetryEvent<'_, u32>) {}

#[retry(on_retry = hook)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
