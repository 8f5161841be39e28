use reattempt::{CircuitBreaker, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new();

struct Failed;

#[retry(breaker = BREAKER)]
fn fetch() -> Result<u32, Failed> {
    Err(Failed)
}

fn main() {
    let _ = fetch();
}
