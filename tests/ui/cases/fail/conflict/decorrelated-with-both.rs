use reattempt::retry;

#[retry(jitter = decorrelated, backoff = exponential, factor = 3)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
