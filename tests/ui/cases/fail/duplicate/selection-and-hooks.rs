// One error for each function.
use reattempt::retry;

#[retry(on = std::io::Error, on = std::fmt::Error)]
fn on() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(unless = std::io::Error, unless = std::fmt::Error)]
fn unless() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(when = |_| true, when = |_| false)]
fn when() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(retry_ok = |_| true, retry_ok = |_| false)]
fn retry_ok() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(retry_after = |_| None, retry_after = |_| None)]
fn retry_after() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(error = String, error = u32)]
fn error() -> Result<u32, reattempt::RetryError<String>> {
    Ok(1)
}

#[retry(attempt = n, attempt = m)]
fn attempt() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(fallback = |_| Ok(1), fallback = |_| Ok(2))]
fn fallback() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(on_retry = drop, on_retry = drop)]
fn on_retry() -> Result<u32, std::io::Error> {
    Ok(1)
}

#[retry(on_give_up = drop, on_give_up = drop)]
fn on_give_up() -> Result<u32, std::io::Error> {
    Ok(1)
}

fn main() {}
