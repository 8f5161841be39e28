use reattempt::{RetryBudget, retry};

static _BUDGET: RetryBudget = RetryBudget::new();

#[retry(budget = RetryBudget::new().ratio(0.1), breaker = &reattempt::CircuitBreaker::new())]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}
