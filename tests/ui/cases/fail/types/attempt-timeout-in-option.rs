use reattempt::retry;

#[retry(attempt_timeout = "5s")]
async fn fetch() -> Option<u32> {
    Some(1)
}

fn main() {
    drop(fetch());
}
