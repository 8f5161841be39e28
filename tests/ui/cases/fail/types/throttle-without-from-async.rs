use reattempt::{Throttle, retry};

struct Failed;

struct Client {
    throttle: Throttle,
}

#[retry(throttle = self.throttle)]
impl Client {
    async fn fetch(&self) -> Result<u32, Failed> {
        Err(Failed)
    }
}

fn main() {}
