use reattempt::retry;

#[retry(clone(token, token))]
fn fetch(token: String) -> Result<String, String> {
    Ok(token)
}

fn main() {
    let _ = fetch(String::new());
}
