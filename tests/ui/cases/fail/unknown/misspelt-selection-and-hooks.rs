// Each leads to the nearest name, where one is near.
use reattempt::retry;

#[retry(
    un = 1,
    onn = 1,
    unles = 1,
    whne = 1,
    retry_k = 1,
    retryok = 1,
    retry_afer = 1,
    eror = 1,
    atempt = 1,
    falback = 1,
    onretry = 1,
    on_retri = 1,
    on_giveup = 1,
    give_up = 1,
    retry_while = 1,
    skip_if = 1,
    ok = 1,
    then = 1,
    OnRetry = 1,
)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
