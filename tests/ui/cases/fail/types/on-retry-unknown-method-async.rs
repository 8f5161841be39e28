use reattempt::retry;

#[retry(on_retry = |event| event.attempts())]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
