use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

#[retry(error = String)]
fn fetch() -> Result<u32, Failed> {
    let value = "1".parse::<u32>()?;
    Ok(value)
}

fn main() {
    let _ = fetch();
}
