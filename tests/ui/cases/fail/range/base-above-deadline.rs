use reattempt::retry;

#[retry(base = "10s", deadline_ms = 5000)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
