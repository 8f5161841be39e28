use reattempt::retry;

fn hook(_: &String) {}

#[retry(on_retry = hook)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
