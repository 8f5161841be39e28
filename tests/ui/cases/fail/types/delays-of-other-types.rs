use std::time::Duration;

use reattempt::retry;

const DELAY: u64 = 5;
const SCHEDULE: [Duration; 1] = [Duration::from_secs(1)];

#[retry(delays = ["1s", DELAY, 2 * DELAY])]
fn items() -> Result<u32, String> {
    Ok(1)
}

#[retry(delays = SCHEDULE)]
fn array() -> Result<u32, String> {
    Ok(1)
}

#[retry(backoff = linear(DELAY))]
fn step() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = (items(), array(), step());
}
