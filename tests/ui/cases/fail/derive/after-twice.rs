use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = wait, after = queue)]
    Busy { wait: std::time::Duration, queue: std::time::Duration },
}

fn main() {}
