use reattempt::{RetryError, retry};

#[retry(error = RetryError)]
fn fetch() -> Result<u32, RetryError<String>> {
    Err(String::new())
}

fn main() {
    let _ = fetch();
}
