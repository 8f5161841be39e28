use reattempt::Retryable;

#[derive(Retryable)]
struct Failed(#[retryable(delegate)] std::io::Error);

fn main() {}
