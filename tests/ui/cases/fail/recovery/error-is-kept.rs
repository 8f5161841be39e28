// One error: the body still fails with its own error.
use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

#[retry(error = String, jitter = "full")]
fn fetch(url: &str) -> Result<u32, Failed> {
    if url.is_empty() {
        return Err(url.to_owned());
    }
    Ok(1)
}

fn main() {
    let _ = fetch("");
}
