// One error: there is an implementation all the same.
use reattempt::Retryable;

#[derive(Retryable)]
enum Failed<E> {
    #[retryable(delegated)]
    Inner(E),
}

fn main() {
    let _ = Failed::Inner(1).is_retryable();
}
