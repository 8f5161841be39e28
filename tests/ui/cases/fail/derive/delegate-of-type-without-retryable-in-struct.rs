use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(delegate)]
struct Failed {
    source: std::num::ParseIntError,
}

fn main() {}
