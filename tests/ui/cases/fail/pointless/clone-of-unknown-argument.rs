use reattempt::retry;

#[retry(clone(tokne))]
fn fetch(url: &str, token: String) -> Result<String, String> {
    Ok(token + url)
}

fn main() {
    let _ = fetch("", String::new());
}
