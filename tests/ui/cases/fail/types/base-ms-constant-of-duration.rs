use std::time::Duration;

use reattempt::retry;

const BASE: Duration = Duration::from_secs(1);

#[retry(base_ms = BASE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
