use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = wait)]
    Busy,
}

fn main() {}
