use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable(delegate = source)]
    Io { source: std::io::Error },
}

fn main() {}
