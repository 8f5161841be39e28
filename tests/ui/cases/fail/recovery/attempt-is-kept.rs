// One error: the body still has its number.
use reattempt::retry;

#[retry(attempt = n, max = "5")]
fn fetch() -> Result<u32, String> {
    Ok(n)
}

fn main() {
    let _ = fetch();
}
