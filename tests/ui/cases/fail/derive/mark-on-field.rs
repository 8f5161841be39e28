use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    Busy {
        #[retryable(after)]
        wait: std::time::Duration,
    },
}

fn main() {}
