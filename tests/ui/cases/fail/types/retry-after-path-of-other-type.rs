use std::time::Duration;

use reattempt::retry;

fn hint(_: &u32) -> Option<Duration> {
    None
}

#[retry(retry_after = hint)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
