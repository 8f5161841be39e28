// Three errors, each under its own token.
use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(always)]
    Busy,
    #[retryable(after = delay)]
    Throttled { wait: std::time::Duration },
    #[retryable(delegate)]
    Io,
}

fn main() {}
