use std::time::Duration;

use reattempt::retry;

struct Client {
    retries: u32,
    base: Duration,
}

#[retry(max = self.retries, base = pause)]
impl Client {
    fn get(&self, pause: Duration) -> Result<u32, String> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(base = "1s")]
    fn connect() -> Result<Client, String> {
        Err(String::new())
    }

    #[retry(base = self.base)]
    fn delete(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client::connect().map(|client| (client.get(Duration::ZERO), client.put(), client.delete()));
}
