use reattempt::retry;

#[retry(clone(token, 5))]
fn fetch(token: String) -> Result<String, String> {
    Ok(token)
}

fn main() {
    let _ = fetch(String::new());
}
