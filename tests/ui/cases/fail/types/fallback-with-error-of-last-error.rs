use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

fn cached(_: String) -> Result<u32, Failed> {
    Ok(1)
}

#[retry(error = String, fallback = cached)]
fn fetch() -> Result<u32, Failed> {
    Err(String::new())
}

fn main() {
    let _ = fetch();
}
