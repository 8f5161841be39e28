use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(delegated)]
    Io(std::io::Error),
}

fn main() {}
