use std::time::Duration;

use reattempt::retry;

struct Client {
    retries: u32,
    base: Duration,
}

#[retry(max = self.retries, base = self.base)]
impl Client {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(jitter = amount)]
    fn put(&self, amount: f64) -> Result<f64, String> {
        Ok(amount)
    }
}

fn main() {
    let client = Client { retries: 1, base: Duration::ZERO };
    let _ = (client.get(), client.put(0.5));
}
