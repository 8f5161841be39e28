use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = )]
    Busy { wait: std::time::Duration },
}

fn main() {}
