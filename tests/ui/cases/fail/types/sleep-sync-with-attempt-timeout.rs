use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

#[retry(sleep = std::thread::sleep, attempt_timeout = "1s")]
async fn fetch() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
