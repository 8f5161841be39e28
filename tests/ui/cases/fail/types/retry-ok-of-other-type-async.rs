use reattempt::retry;

fn is_pending(_: &String) -> bool {
    true
}

#[retry(retry_ok = is_pending)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
