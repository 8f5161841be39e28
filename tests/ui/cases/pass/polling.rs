#![deny(warnings)]

use reattempt::retry;

fn is_pending(value: &u32) -> bool {
    *value > 1
}

#[retry(retry_ok = is_pending)]
fn by_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(retry_ok = |value| *value > 1)]
fn by_closure() -> Option<u32> {
    Some(1)
}

#[retry(retry_ok = |value: &u32| is_pending(value))]
async fn by_typed_closure() -> Result<u32, String> {
    Ok(1)
}

#[retry(retry_ok = Vec::is_empty)]
fn by_method() -> Result<Vec<u32>, String> {
    Ok(vec![1])
}

#[retry(retry_ok = |value| *value < least)]
fn by_argument(least: u32) -> Result<u32, String> {
    Ok(least)
}

fn main() {
    assert_eq!((by_path(), by_closure(), by_method(), by_argument(1)), (Ok(1), Some(1), Ok(vec![1]), Ok(1)));
    drop(by_typed_closure());
}
