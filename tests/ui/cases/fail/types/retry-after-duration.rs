use std::time::Duration;

use reattempt::retry;

#[retry(retry_after = |_| Duration::from_secs(1))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
