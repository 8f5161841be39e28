use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(delegate)]
    Other(Box<dyn std::error::Error>),
}

fn main() {}
