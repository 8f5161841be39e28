use reattempt::retry;

struct Client;

impl Client {
    #[retry(backoff = quadratic)]
    async fn get(&self) -> Result<String, String> {
        let text = std::future::ready(Ok::<_, String>("".to_owned())).await?;
        Ok(text)
    }
}

async fn caller() -> Result<usize, String> {
    Ok(Client.get().await?.len())
}

fn main() {
    drop(caller());
}
