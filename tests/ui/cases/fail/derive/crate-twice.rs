use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(crate = reattempt, crate = ::reattempt)]
struct Failed;

fn main() {}
