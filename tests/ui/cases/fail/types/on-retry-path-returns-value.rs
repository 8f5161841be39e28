use reattempt::{RetryEvent, retry};

fn hook(event: &RetryEvent<'_, String>) -> u32 {
    event.attempt()
}

#[retry(on_retry = hook)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
