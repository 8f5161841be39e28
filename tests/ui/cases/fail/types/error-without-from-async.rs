use reattempt::retry;

struct Failed;

#[retry(error = String)]
async fn fetch() -> Result<u32, Failed> {
    Err(String::new())
}

fn main() {
    drop(fetch());
}
