use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(always)]
    Busy,
}

fn main() {}
