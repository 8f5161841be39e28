use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

#[retry(attempt_timeout = "0s")]
async fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
