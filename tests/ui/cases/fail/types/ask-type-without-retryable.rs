use reattempt::retry;

#[retry(ask = std::fmt::Error)]
fn f() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
