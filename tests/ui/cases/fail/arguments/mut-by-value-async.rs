use reattempt::retry;

#[retry]
async fn fetch(mut url: String) -> Result<String, String> {
    url.push('/');
    Ok(url.clone())
}

fn main() {
    drop(fetch(String::new()));
}
