// Each mistake under its own token, all in one compile.
use reattempt::retry;

#[retry(retries = 5, base = 10, jitter = ful)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
