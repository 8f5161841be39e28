use reattempt::retry;

#[retry(backoff = polynomial)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
