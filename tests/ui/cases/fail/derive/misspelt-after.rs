use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(affter = wait)]
    Busy { wait: std::time::Duration },
}

fn main() {}
