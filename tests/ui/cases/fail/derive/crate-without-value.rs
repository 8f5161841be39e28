use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(crate)]
enum Failed {
    #[retryable]
    Busy,
}

fn main() {}
