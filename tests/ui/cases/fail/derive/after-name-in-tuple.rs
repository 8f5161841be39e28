use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = wait)]
    Busy(std::time::Duration),
}

fn main() {}
