use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = wait delegate)]
    Busy { wait: std::time::Duration },
}

fn main() {}
