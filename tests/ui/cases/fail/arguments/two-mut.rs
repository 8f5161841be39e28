use reattempt::retry;

#[retry]
fn fetch(mut url: String, mut list: Vec<u32>) -> Result<String, String> {
    url.push('/');
    list.push(1);
    Ok(url.clone())
}

fn main() {
    let _ = fetch(String::new(), Vec::new());
}
