use reattempt::retry;

async fn send(text: String) -> Result<usize, String> {
    Err(text)
}

#[retry(hedge = "50ms")]
async fn fetch(text: String) -> Result<usize, String> {
    send(text).await
}

fn main() {
    let _ = fetch(String::new());
}
