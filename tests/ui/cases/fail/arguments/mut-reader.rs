use std::io::{self, Read};

use reattempt::retry;

#[retry]
fn read(mut source: impl Read) -> io::Result<usize> {
    source.read(&mut [])
}

fn main() {
    let _ = read(io::empty());
}
