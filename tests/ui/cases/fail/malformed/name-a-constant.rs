use reattempt::retry;

const NAME: &str = "fetch";

#[retry(name = NAME)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
