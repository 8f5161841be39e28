use std::future::Future;

use reattempt::retry;

#[retry]
fn fetch(mut url: String) -> impl Future<Output = Result<String, String>> {
    async move {
        url.push('/');
        Ok(url.clone())
    }
}

fn main() {
    drop(fetch(String::new()));
}
