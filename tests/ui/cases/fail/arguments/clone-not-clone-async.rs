use reattempt::retry;

struct Token;

#[retry(clone(token))]
async fn fetch(token: Token) -> Result<(), String> {
    drop(token);
    Ok(())
}

fn main() {
    drop(fetch(Token));
}
