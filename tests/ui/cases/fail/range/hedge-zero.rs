use reattempt::retry;

#[retry(hedge = "0ms")]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

#[retry(hedge_ms = 0)]
async fn fetch_again() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = (fetch(), fetch_again());
}
