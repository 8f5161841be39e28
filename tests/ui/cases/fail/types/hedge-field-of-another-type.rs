use reattempt::{RetryBudget, retry};

struct Client {
    hedge: RetryBudget,
    delay_ms: u64,
}

#[retry(hedge = self.hedge)]
impl Client {
    async fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(hedge = self.delay_ms)]
    async fn read(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(hedge = self.missing)]
    async fn write(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let client = Client { hedge: RetryBudget::new(), delay_ms: 50 };
    let _ = (client.fetch(), client.read(), client.write());
}
