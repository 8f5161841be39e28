use std::future::{Future, ready};
use std::pin::Pin;

use reattempt::retry;

#[retry]
fn fetch() -> Pin<Box<dyn Future<Output = Result<u32, String>>>> {
    let future = Box::pin(ready(Ok(1)));
    future
}

fn main() {
    drop(fetch());
}
