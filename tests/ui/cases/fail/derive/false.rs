use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(false)]
    Busy,
}

fn main() {}
