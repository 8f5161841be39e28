#![allow(dead_code, non_camel_case_types)]

mod core {}
mod std {}

struct Ok;
struct Err;
struct Some;
struct Result;
struct Option;
struct Duration;
struct Policy;
type u32 = ();
type f64 = ();
type str = ();
type bool = ();

const MAX: ::core::primitive::u32 = 2;
const BASE: ::core::time::Duration = ::core::time::Duration::from_millis(1);

#[reattempt::retry(max = MAX, base = BASE, factor = 2, jitter = 0.3, name = "all {site}")]
fn fetch(site: i32, progress: i32, result: i32, error: i32) -> ::core::result::Result<i32, ()> {
    ::core::result::Result::Ok(site + progress + result + error)
}

#[reattempt::retry(max = MAX)]
async fn later(wait: i32, delay: i32, same: i32, value: i32) -> ::core::result::Result<i32, ()> {
    ::core::result::Result::Ok(wait + delay + same + value)
}

fn main() {
    assert!(matches!(fetch(1, 2, 3, 4), ::core::result::Result::Ok(10)));
    drop(later(1, 2, 3, 4));
}
