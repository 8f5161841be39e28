use reattempt::retry;

#[retry(cancel = 3)]
async fn number(key: u32) -> Result<u32, String> {
    Ok(key)
}

#[retry(cancel = stop.load(std::sync::atomic::Ordering::Relaxed))]
async fn flag(stop: &std::sync::atomic::AtomicBool) -> Result<u32, String> {
    Ok(1)
}

#[retry(cancel = |_| true)]
async fn closure(key: u32) -> Result<u32, String> {
    Ok(key)
}

struct Token;

#[retry(cancel = token)]
async fn by_token(token: &Token) -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = reattempt::Policy::new().retry_async(async || Ok::<_, String>(1)).cancel(&Token);
}
