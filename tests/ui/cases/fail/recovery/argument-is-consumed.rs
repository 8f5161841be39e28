// One error: what the body does with its arguments is not held against it before the attribute is right.
use reattempt::retry;

#[retry(jitter = "full")]
fn fetch(url: String) -> Result<String, String> {
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}
