use reattempt::retry;

#[retry(max = 5, base = "1s", jitter = none, within = "14s")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
