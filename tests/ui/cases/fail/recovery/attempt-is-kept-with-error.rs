// One error: the body still has its number and its error.
use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

#[retry(attempt = n, error = String, jitter = "full")]
async fn fetch() -> Result<u32, Failed> {
    Err(n.to_string())
}

fn main() {
    drop(fetch());
}
