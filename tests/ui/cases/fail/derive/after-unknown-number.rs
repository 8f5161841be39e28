use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = 1)]
    Busy(std::time::Duration),
}

fn main() {}
