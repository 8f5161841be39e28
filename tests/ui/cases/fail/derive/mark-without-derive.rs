use reattempt::Retryable;

enum Failed {
    #[retryable]
    Busy,
}

fn main() {}
