#![deny(warnings)]

mod vendored {
    pub use reattempt;
}

#[vendored::reattempt::retry(crate = vendored::reattempt)]
fn relative() -> Result<u32, String> {
    Ok(1)
}

#[reattempt::retry(crate = crate::vendored::reattempt, max = 5)]
async fn absolute() -> Result<u32, String> {
    Ok(1)
}

#[reattempt::retry(crate = ::reattempt)]
fn global() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    assert_eq!(relative(), global());
    drop(absolute());
}
