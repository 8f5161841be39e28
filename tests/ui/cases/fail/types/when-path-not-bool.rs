use reattempt::retry;

fn length(error: &String) -> usize {
    error.len()
}

#[retry(when = length)]
fn fetch() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = fetch();
}
