use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = seconds)]
    Busy { seconds: u64 },
}

fn main() {}
