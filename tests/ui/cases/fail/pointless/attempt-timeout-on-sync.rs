use reattempt::retry;

#[retry(attempt_timeout = "5s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
