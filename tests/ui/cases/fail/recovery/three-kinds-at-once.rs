// What the attribute, the argument and the item have wrong, in one compile.
use reattempt::retry;

#[retry(attempts = 5, attempt_timeout = "1s", clone(ulr))]
fn fetch(mut url: String) -> Result<String, String> {
    url.push('/');
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}
