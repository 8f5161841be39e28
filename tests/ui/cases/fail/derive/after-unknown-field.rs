use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = delay)]
    Busy { wait: std::time::Duration, queue: u32 },
}

fn main() {}
