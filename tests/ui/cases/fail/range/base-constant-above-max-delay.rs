use std::time::Duration;

use reattempt::retry;

const BASE: Duration = Duration::from_secs(60);

#[retry(base = BASE, max_delay = Duration::from_secs(30))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
