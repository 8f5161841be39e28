// Three errors, each under its own token.
use reattempt::retry;

#[retry(on = _, retry_if = |error| error.is_empty(), attempt = 5)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
