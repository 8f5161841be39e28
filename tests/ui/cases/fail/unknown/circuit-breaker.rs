use reattempt::{CircuitBreaker, RetryBudget, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new();

#[retry(circuit_breaker = BREAKER, retry_budget = BUDGET, braker = BREAKER)]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}
