use std::time::Duration;

use reattempt::retry;

const DELAY: Duration = Duration::from_millis(50);

#[retry(hedge = DELAY)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
