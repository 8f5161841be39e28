//! A function with a mistake has the handle of its call all the same, and causes no warning.
#![deny(warnings)]

use reattempt::retry;

#[retry(call = c, max = 0)]
fn blocking(key: &str) -> Result<u32, String> {
    println!("{key}: {}", c.attempt());
    Ok(1)
}

#[retry(call = c)]
fn lent(list: &mut Vec<u32>) -> Result<&u32, String> {
    c.stop();
    list.first().ok_or_else(String::new)
}

#[retry(call = c, attempts = 4)]
async fn later(key: String) -> Result<u32, String> {
    println!("{key}: {}", c.attempt());
    Ok(1)
}

#[retry(call = c)]
fn without_tail(key: u32) -> impl Future<Output = Result<u32, String>> {
    let attempt = c.attempt();
    std::future::ready(Ok(key + attempt))
}

fn main() {
    let _ = blocking("a");
    let _ = lent(&mut vec![]);
    drop(later(String::new()));
    drop(without_tail(1));
}
