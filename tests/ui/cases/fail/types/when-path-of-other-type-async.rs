use reattempt::retry;

fn is_transient(_: &std::io::Error) -> bool {
    true
}

#[retry(when = is_transient)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
