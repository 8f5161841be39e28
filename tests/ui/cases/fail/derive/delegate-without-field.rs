use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(delegate)]
    Io,
}

fn main() {}
