use reattempt::retry;

struct Failed;

#[retry(attempt_timeout = "5s")]
async fn fetch() -> Result<u32, Failed> {
    Err(Failed)
}

fn main() {
    drop(fetch());
}
