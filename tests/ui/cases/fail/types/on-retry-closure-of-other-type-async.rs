use reattempt::retry;

#[retry(on_retry = |event: &String| drop(event.len()))]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
