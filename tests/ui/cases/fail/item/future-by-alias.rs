use std::pin::Pin;

use reattempt::retry;

type Reply = Pin<Box<dyn Future<Output = Result<u32, String>>>>;

#[retry]
fn fetch() -> Reply {
    Box::pin(async { Ok(1) })
}

fn main() {
    let _ = fetch();
}
