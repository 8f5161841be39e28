use reattempt::Retryable;

#[derive(Retryable)]
fn failed() {}

fn main() {}
