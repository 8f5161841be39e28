use reattempt::retry;

#[retry(max_retries = 5, base = "30s", max_delay = "10 sec", unless = Error::NotFound)]
fn fetch(url: &str) -> Result<String, Error> {
    get(url)
}

enum Error {
    NotFound,
}

fn get(_: &str) -> Result<String, Error> {
    Err(Error::NotFound)
}

fn main() {}
