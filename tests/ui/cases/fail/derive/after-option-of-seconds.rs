use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = 0)]
    Busy(Option<u64>),
}

fn main() {}
