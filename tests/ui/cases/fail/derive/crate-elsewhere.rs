use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(crate = nowhere)]
enum Failed {
    #[retryable]
    Busy,
}

fn main() {}
