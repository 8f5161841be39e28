//! A method of a `Service` whose future is written out.
use std::pin::Pin;

use reattempt::retry;

trait Service {
    type Future: Future<Output = Result<u32, String>>;

    fn call(&mut self) -> Self::Future;
}

struct Client;

impl Service for Client {
    type Future = Pin<Box<dyn Future<Output = Result<u32, String>> + Send>>;

    #[retry]
    fn call(&mut self) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
        Box::pin(async { Ok(1) })
    }
}

fn main() {
    drop(Client.call());
}
