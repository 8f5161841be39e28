// Each value under its own token, all in one compile.
use reattempt::retry;

#[retry(max = 0, factor = 0.5, jitter = 1.5)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
