use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(5)]
    Busy,
}

fn main() {}
