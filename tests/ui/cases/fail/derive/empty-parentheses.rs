use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable()]
    Busy,
}

fn main() {}
