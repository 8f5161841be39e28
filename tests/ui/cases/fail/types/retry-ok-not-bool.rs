use reattempt::retry;

#[retry(retry_ok = |value| *value)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
