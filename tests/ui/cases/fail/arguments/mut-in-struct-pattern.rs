use reattempt::retry;

struct Request {
    url: String,
}

#[retry]
fn fetch(Request { mut url }: Request) -> Result<usize, String> {
    url.push('/');
    Ok(url.len())
}

fn main() {
    let _ = fetch(Request { url: String::new() });
}
