use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(crate = "reattempt")]
enum Failed {
    #[retryable]
    Busy,
}

fn main() {}
