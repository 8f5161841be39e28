use reattempt::retry;

#[retry(base = "1m30s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
