use reattempt::{CircuitBreaker, Policy, RetryBudget};

#[derive(Debug)]
struct Failed;

static SEARCH: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new();

fn main() {
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).breaker(&SEARCH).run();
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).budget(&SEARCH).run();
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).budget(BUDGET).run();
}
