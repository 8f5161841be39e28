use reattempt::retry;

#[derive(Debug)]
pub enum MyError {
    Busy,
}

#[retry(ask = MyError::Busy)]
fn f() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
