use reattempt::retry;

#[retry(on_retry = async |event| event.attempt())]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
