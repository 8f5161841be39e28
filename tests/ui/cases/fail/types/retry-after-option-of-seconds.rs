use reattempt::retry;

#[retry(retry_after = |error| error.parse::<u64>().ok())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
