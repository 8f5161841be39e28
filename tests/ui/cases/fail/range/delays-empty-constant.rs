use std::time::Duration;

use reattempt::retry;

const SCHEDULE: &[Duration] = &[];

#[retry(delays = SCHEDULE)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
