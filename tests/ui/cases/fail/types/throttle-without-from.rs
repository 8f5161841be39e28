use reattempt::{CircuitBreaker, CircuitOpen, Throttle, retry};

static THROTTLE: Throttle = Throttle::new();
static BREAKER: CircuitBreaker = CircuitBreaker::new();

struct Failed;

struct Open;

impl From<CircuitOpen> for Open {
    fn from(_: CircuitOpen) -> Open {
        Open
    }
}

#[retry(throttle = THROTTLE)]
fn fetch() -> Result<u32, Failed> {
    Err(Failed)
}

#[retry(breaker = BREAKER, throttle = THROTTLE)]
fn fetch_through_both() -> Result<u32, Open> {
    Err(Open)
}

fn main() {
    let _ = (fetch(), fetch_through_both());
}
