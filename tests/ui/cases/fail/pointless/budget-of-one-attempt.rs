use reattempt::{RetryBudget, retry};

static BUDGET: RetryBudget = RetryBudget::new();

#[retry(max = 1, budget = BUDGET)]
fn fetch() -> Option<u32> {
    None
}

fn main() {
    let _ = fetch();
}
