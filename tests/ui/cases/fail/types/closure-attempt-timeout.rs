use std::time::Duration;

use reattempt::Policy;

#[derive(Debug)]
struct Failed;

fn main() {
    let _ = Policy::new().retry_async(async || Err::<(), _>(Failed)).attempt_timeout(Duration::from_secs(5));
}
