use reattempt::{CircuitBreaker, retry};

struct Failed;

struct Client {
    breaker: CircuitBreaker,
}

#[retry(breaker = self.breaker)]
impl Client {
    async fn fetch(&self) -> Result<u32, Failed> {
        Err(Failed)
    }
}

fn main() {}
