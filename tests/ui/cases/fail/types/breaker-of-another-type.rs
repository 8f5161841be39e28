use reattempt::{RetryBudget, retry};

static BUDGET: RetryBudget = RetryBudget::new();

#[retry(breaker = BUDGET)]
fn fetch() -> Option<u32> {
    None
}

#[retry(breaker = "database")]
fn query() -> Option<u32> {
    None
}

fn main() {
    let _ = (fetch(), query());
}
