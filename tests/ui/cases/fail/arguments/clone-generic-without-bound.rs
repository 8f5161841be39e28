use reattempt::retry;

#[retry(clone(body))]
fn fetch<B: AsRef<str>>(body: B) -> Result<(), String> {
    drop(body);
    Ok(())
}

fn main() {
    let _ = fetch("");
}
