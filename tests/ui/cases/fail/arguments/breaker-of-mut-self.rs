use reattempt::{CircuitBreaker, retry};

struct Client {
    breaker: CircuitBreaker,
    calls: u32,
}

impl Client {
    fn count(&mut self) -> Option<u32> {
        self.calls += 1;
        None
    }

    #[retry(breaker = self.breaker)]
    fn fetch(&mut self) -> Option<u32> {
        self.count()
    }
}

fn main() {}
