use std::time::Duration;

use reattempt::retry;

const JITTER: Duration = Duration::from_secs(1);

#[retry(jitter = JITTER)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
