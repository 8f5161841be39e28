use reattempt::Retryable;

#[derive(Retryable)]
#[retryable]
enum Failed {
    Busy,
}

fn main() {}
