use std::pin::Pin;

use reattempt::retry;

trait Service {
    type Future: Future<Output = Result<u32, String>>;

    fn call(&mut self) -> Self::Future;
}

struct Client;

impl Service for Client {
    type Future = Pin<Box<dyn Future<Output = Result<u32, String>>>>;

    #[retry]
    fn call(&mut self) -> Self::Future {
        Box::pin(async { Ok(1) })
    }
}

fn main() {
    let _ = Client.call();
}
