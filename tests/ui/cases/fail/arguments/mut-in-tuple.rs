use reattempt::retry;

#[retry]
fn fetch((mut url, _port): (String, u32)) -> Result<String, String> {
    url.push('/');
    Ok(url.clone())
}

fn main() {
    let _ = fetch((String::new(), 1));
}
