use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

#[retry(jitter = none, attempt_timeout = "5s", within = "17s")]
async fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
