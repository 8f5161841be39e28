use reattempt::Retryable;

#[derive(Retryable)]
enum Failed<'a> {
    #[retryable(after = wait)]
    Busy { wait: &'a std::time::Duration },
}

fn main() {}
