#![deny(warnings)]

//! Closures that do not come back.

use reattempt::retry;

#[retry(on_retry = |_| panic!("told"), on_give_up = |_| std::process::exit(1), fallback = |_| unreachable!())]
fn blocking() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |_| panic!("told"), on_give_up = |_| std::process::exit(1), fallback = |_| unreachable!())]
async fn asynchronous() -> Result<u32, String> {
    Ok(1)
}

#[retry(when = |_| panic!("asked"), retry_after = |_| unreachable!())]
fn judged() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    assert_eq!((blocking(), judged()), (Ok(1), Ok(1)));
    drop(asynchronous());
}
