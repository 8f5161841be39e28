use reattempt::retry;

#[retry(on_retry = |event| async move {
    tokio::task::yield_now().await;
    println!("{:?}", event.error());
})]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
