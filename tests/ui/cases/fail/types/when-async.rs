use reattempt::retry;

async fn is_transient(_: &String) -> bool {
    true
}

#[retry(when = is_transient)]
async fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    drop(fetch());
}
