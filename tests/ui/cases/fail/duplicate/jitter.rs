use reattempt::retry;

#[retry(jitter = full, jitter = 0.3)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
