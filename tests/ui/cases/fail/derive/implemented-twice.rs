use reattempt::Retryable;

#[derive(Retryable)]
enum Failed {
    #[retryable]
    Busy,
}

impl Retryable for Failed {
    fn is_retryable(&self) -> bool {
        true
    }
}

fn main() {}
