use reattempt::{RetryBudget, retry};

static BUDGET: RetryBudget = RetryBudget::new();

#[retry(throttle = BUDGET)]
fn fetch() -> Option<u32> {
    None
}

#[retry(throttle = 0.5)]
async fn query() -> Option<u32> {
    None
}

fn main() {
    let _ = (fetch(), query());
}
