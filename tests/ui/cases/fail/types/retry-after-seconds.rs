use reattempt::retry;

#[retry(retry_after = |error| error.parse().ok().unwrap_or(1_u64))]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
