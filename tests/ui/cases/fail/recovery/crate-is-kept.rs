// With a good `crate`, one error and no second from a facade that is not where the default says.
mod vendored {
    pub use reattempt;
}

use vendored::reattempt::retry;

#[retry(crate = vendored::reattempt, max = "5")]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
