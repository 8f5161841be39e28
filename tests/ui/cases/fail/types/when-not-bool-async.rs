use reattempt::retry;

#[retry(when = |error| error.len())]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
