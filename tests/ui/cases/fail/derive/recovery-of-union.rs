// One error: there is an implementation all the same.
use reattempt::Retryable;

#[derive(Retryable)]
union Failed {
    code: u32,
}

fn main() {
    let _ = Failed { code: 1 }.is_retryable();
}
