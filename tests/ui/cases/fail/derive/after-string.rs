use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = "wait")]
    Busy { wait: std::time::Duration },
}

fn main() {}
