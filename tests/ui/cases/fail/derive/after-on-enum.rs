use reattempt::Retryable;

#[derive(Retryable)]
#[retryable(after = wait)]
enum Failed {
    Busy { wait: std::time::Duration },
}

fn main() {}
