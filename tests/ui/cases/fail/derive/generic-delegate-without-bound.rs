use reattempt::Retryable;

#[derive(Retryable)]
enum Failed<E> {
    #[retryable(delegate)]
    Inner(E),
}

fn is_retryable<E>(error: &Failed<E>) -> bool {
    error.is_retryable()
}

fn main() {}
