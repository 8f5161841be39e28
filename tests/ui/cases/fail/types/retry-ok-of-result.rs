use reattempt::retry;

#[retry(retry_ok = |value: &Result<u32, String>| value.is_err())]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
