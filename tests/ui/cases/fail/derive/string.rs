use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable = "x"]
    Busy,
}

fn main() {}
