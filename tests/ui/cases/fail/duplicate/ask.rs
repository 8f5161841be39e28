use reattempt::retry;

#[retry(ask = std::io::Error, ask = reattempt::CircuitOpen)]
fn f() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
