use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(delegate)]
enum Failed {
    Io(std::io::Error),
}

fn main() {}
