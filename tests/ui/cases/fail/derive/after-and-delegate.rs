use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = 0, delegate)]
    Io(std::io::Error),
}

fn main() {}
