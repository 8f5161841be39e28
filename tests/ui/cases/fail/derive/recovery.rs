// One error: there is an implementation all the same.
use reattempt::{Retryable, retry};

#[derive(Retryable)]
enum Failed {
    #[retryable(always)]
    Busy,
    #[retryable(delegate)]
    Parse(std::num::ParseIntError),
}

#[retry]
fn fetch() -> Result<u32, Failed> {
    Err(Failed::Busy)
}

fn main() {
    let _ = fetch().map_err(|error| (error.is_retryable(), error.retry_after()));
}
