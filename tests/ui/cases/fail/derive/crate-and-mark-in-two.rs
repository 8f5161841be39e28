use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(crate = reattempt)]
#[retryable]
struct Failed;

fn main() {}
