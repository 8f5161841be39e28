use reattempt::retry;

struct Failed;

#[retry(error = String)]
fn fetch() -> Result<u32, Failed> {
    Err(String::new())
}

fn main() {
    let _ = fetch();
}
