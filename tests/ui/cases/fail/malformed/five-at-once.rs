use reattempt::retry;

#[retry(max = "5", base_ms = 1.5, max_delay = "10", backoff = liner, unlimited = 1)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
