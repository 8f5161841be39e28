use std::time::Duration;

use reattempt::retry;

struct Client {
    base: Duration,
}

impl Client {
    #[retry(base = self.base)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client { base: Duration::ZERO }.get();
}
