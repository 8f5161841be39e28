use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable = true]
    Busy,
}

fn main() {}
