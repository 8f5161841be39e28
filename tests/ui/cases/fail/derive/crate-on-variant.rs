use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(crate = reattempt)]
    Busy,
}

fn main() {}
