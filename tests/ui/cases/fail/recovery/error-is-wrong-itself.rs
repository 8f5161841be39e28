// One error: what the body fails with is not known.
use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

#[retry(error = "String")]
fn fetch() -> Result<u32, Failed> {
    Err(String::new())
}

fn main() {
    let _ = fetch();
}
