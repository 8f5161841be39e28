use reattempt::retry;

#[retry(backoff = Backoff::Linear)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
