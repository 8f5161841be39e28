use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(after = self.wait)]
    Busy { wait: std::time::Duration },
}

fn main() {}
