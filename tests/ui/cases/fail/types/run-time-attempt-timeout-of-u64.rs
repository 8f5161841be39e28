use reattempt::{AttemptTimeout, retry};

#[retry(attempt_timeout = limit)]
async fn fetch(limit: u64) -> Result<u32, AttemptTimeout> {
    Ok(1)
}

fn main() {
    let _ = fetch(5);
}
