#![deny(warnings)]

use reattempt::retry;

const WHOLE: u32 = 3;
const DECIMAL: f64 = 1.5;

#[retry(factor = WHOLE)]
fn whole() -> Result<(), ()> {
    Ok(())
}

#[retry(factor = DECIMAL)]
fn decimal() -> Result<(), ()> {
    Ok(())
}

#[retry(factor = 2)]
fn literal() -> Result<(), ()> {
    Ok(())
}

#[retry(factor = 2.5, backoff = exponential)]
fn with_decimals() -> Result<(), ()> {
    Ok(())
}

#[retry(factor = 1)]
fn of_one() -> Result<(), ()> {
    Ok(())
}

#[retry(factor = DECIMAL + 1.0)]
fn computed() -> Result<(), ()> {
    Ok(())
}

#[retry(backoff = linear)]
fn linear() -> Result<(), ()> {
    Ok(())
}

#[retry(backoff = constant)]
fn constant() -> Result<(), ()> {
    Ok(())
}

#[retry(backoff = fibonacci)]
fn fibonacci() -> Result<(), ()> {
    Ok(())
}

fn main() {
    let all = [whole(), decimal(), literal(), with_decimals(), of_one(), computed(), linear(), constant(), fibonacci()];
    assert!(all.iter().all(Result::is_ok));
}
