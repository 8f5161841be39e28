use reattempt::retry;

#[retry(jitter = "full")]
fn fetch(mut url: String) -> Result<String, String> {
    url.push('/');
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}
