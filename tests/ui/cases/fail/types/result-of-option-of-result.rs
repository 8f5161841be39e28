use reattempt::retry;

struct Elapsed;

#[retry]
async fn next() -> Result<Option<Result<u32, String>>, Elapsed> {
    Err(Elapsed)
}

fn main() {
    let _ = next();
}
