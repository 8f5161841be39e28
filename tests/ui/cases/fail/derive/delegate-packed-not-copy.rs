use reattempt::Retryable;

#[derive(Retryable)]
#[repr(packed)]
#[retryable(delegate)]
struct Failed(std::io::Error);

fn main() {}
