use reattempt::retry;

#[retry(attempt = _)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
