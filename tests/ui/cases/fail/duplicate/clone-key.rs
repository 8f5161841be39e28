use reattempt::retry;

#[retry(clone(token), clone(url))]
fn fetch(token: String, url: String) -> Result<String, String> {
    Ok(token + &url)
}

fn main() {
    let _ = fetch(String::new(), String::new());
}
