use reattempt::retry;

struct Token;

#[retry(clone(token))]
fn fetch(token: Token) -> Result<(), String> {
    drop(token);
    Ok(())
}

fn main() {
    let _ = fetch(Token);
}
