#![deny(warnings)]

use reattempt::retry;

#[retry]
fn bare() -> Result<u32, String> {
    Ok(1)
}

#[retry()]
fn empty() -> Result<u32, String> {
    Ok(1)
}

#[retry(max = 5,)]
fn trailing_comma() -> Result<u32, String> {
    Ok(1)
}

#[retry(unlimited, deadline = "5m")]
fn unlimited() -> Result<u32, String> {
    Ok(1)
}

#[retry{max = 5}]
fn braces() -> Result<u32, String> {
    Ok(1)
}

#[reattempt::retry]
fn by_path() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    assert_eq!([bare(), empty(), trailing_comma(), unlimited(), braces(), by_path()].map(Result::ok), [Some(1); 6]);
}
