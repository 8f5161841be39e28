use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

const TIMEOUT: u64 = 1000;

#[retry(attempt_timeout = TIMEOUT)]
async fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
