use reattempt::retry;

#[retry]
async fn fetch(url: String) -> Result<String, String> {
    std::future::ready(Ok::<_, String>(())).await?;
    Ok(url)
}

fn main() {
    drop(fetch(String::new()));
}
