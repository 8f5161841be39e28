use reattempt::retry;

struct Request {
    url: String,
}

#[retry]
fn fetch(Request { url: mut address }: Request) -> Result<usize, String> {
    address.push('/');
    Ok(address.len())
}

fn main() {
    let _ = fetch(Request { url: String::new() });
}
