// The body's own mistake, under the body's own token.
use reattempt::retry;

#[retry]
fn fetch() -> Result<u32, String> {
    Ok("1")
}

fn main() {
    let _ = fetch();
}
