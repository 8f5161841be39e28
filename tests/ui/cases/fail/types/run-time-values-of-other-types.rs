use std::time::Duration;

use reattempt::retry;

struct Client {
    retries: i32,
    base: u64,
    factor: f32,
    fraction: f32,
    limit: Duration,
}

impl Client {
    #[retry(max = self.retries, base = self.base, factor = self.factor, jitter = self.fraction)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(max_delay = self.missing, deadline_ms = self.limit, jitter = spread(self.fraction))]
    fn put(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(max = || self.retries, jitter = up_to(self.base))]
    async fn list(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn retries() -> usize {
    3
}

#[retry(max = || retries(), base = || -> u64 { 5 })]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let client = Client { retries: 1, base: 1, factor: 2.0, fraction: 0.1, limit: Duration::ZERO };
    let _ = (client.get(), client.put(), client.list(), fetch());
}
