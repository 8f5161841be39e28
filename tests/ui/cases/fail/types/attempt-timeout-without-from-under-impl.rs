use reattempt::retry;

struct Failed;

struct Client;

#[retry(attempt_timeout = "5s")]
impl Client {
    async fn get(&self) -> Result<u32, Failed> {
        Err(Failed)
    }
}

fn main() {
    drop(Client.get());
}
