use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable = true]
    Busy,
    #[retryable(true)]
    Down,
    #[retryable(false)]
    Forbidden,
}

fn main() {}
