use reattempt::retry;

#[retry(attempt_timeout_ms = 5000)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
