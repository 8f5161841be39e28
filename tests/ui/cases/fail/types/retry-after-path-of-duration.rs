use std::time::Duration;

use reattempt::retry;

fn hint(_: &String) -> Duration {
    Duration::ZERO
}

#[retry(retry_after = hint)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
