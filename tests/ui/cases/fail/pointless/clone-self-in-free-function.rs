use reattempt::retry;

#[retry(clone(self))]
fn fetch(url: String) -> Result<String, String> {
    Ok(url)
}

fn main() {
    let _ = fetch(String::new());
}
