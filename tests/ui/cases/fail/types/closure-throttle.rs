use reattempt::{CircuitBreaker, Policy, Throttle};

#[derive(Debug)]
struct Failed;

static SEARCH: Throttle = Throttle::new();
static BREAKER: CircuitBreaker = CircuitBreaker::new();

fn main() {
    let _ = Policy::new().retry(|| Err::<(), _>(Failed)).throttle(&SEARCH).run();
    let _ = Policy::new().retry_async(async || Err::<(), _>(Failed)).throttle(&SEARCH);
    let _ = Policy::new().retry(|| Err::<(), _>(())).throttle(&BREAKER).run();
}
