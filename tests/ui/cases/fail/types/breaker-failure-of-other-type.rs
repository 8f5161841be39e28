use reattempt::{CircuitBreaker, CircuitOpen, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new();

struct Failed;

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Self {
        Failed
    }
}

#[retry(breaker = BREAKER, breaker_failure = |outcome| outcome.ok())]
fn no_bool() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(breaker = BREAKER, breaker_failure = |outcome| outcome.is_down())]
async fn unknown_method() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(breaker = BREAKER, breaker_failure = is_failure)]
fn of_errors_alone() -> Result<u32, Failed> {
    Ok(1)
}

fn is_failure(_: &Failed) -> bool {
    true
}

fn main() {}
