use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = 0)]
    Busy { wait: std::time::Duration },
}

fn main() {}
