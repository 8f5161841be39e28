use reattempt::retry;

async fn send(_: String) -> Result<(), String> {
    Ok(())
}

#[retry(span)]
async fn deliver(text: String) -> Result<(), String> {
    send(text).await
}

#[retry(span)]
fn store(text: String) -> Result<(), String> {
    drop(text);
    Err(String::new())
}

#[retry(span, sleep = |_| ())]
async fn no_future() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _ = deliver(String::new());
    let _ = store(String::new());
    let _ = no_future();
}
