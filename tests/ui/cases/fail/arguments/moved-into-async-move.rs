use std::future::Future;

use reattempt::retry;

#[retry]
fn fetch(url: String) -> impl Future<Output = Result<String, String>> {
    async move { Ok(url) }
}

fn main() {
    drop(fetch(String::new()));
}
