use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = Duration::from_secs(1))]
    Busy { wait: std::time::Duration },
}

fn main() {}
