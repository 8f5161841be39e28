use std::time::Duration;

use reattempt::retry;

#[retry(max = retries, within = "1m")]
fn fetch(retries: u32) -> Result<u32, String> {
    Ok(retries)
}

#[retry(within = left)]
fn get(left: Duration) -> Result<u32, String> {
    Ok(left.subsec_nanos())
}

fn main() {
    let _ = (fetch(3), get(Duration::ZERO));
}
