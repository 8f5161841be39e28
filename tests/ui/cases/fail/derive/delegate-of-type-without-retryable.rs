use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(delegate)]
    Parse(std::num::ParseIntError),
}

fn main() {}
