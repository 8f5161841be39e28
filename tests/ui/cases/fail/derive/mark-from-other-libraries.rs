use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(retry_after = wait)]
    Busy { wait: std::time::Duration },
    #[retryable(transparent)]
    Io(std::io::Error),
}

fn main() {}
