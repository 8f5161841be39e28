use reattempt::retry;

#[retry]
use std::fs::read;

fn main() {
    let _ = read("");
}
