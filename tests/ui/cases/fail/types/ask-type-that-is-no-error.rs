use reattempt::{Retryable, retry};

pub struct Status(u16);

impl Retryable for Status {
    fn is_retryable(&self) -> bool {
        self.0 == 503
    }
}

#[retry(ask = [std::io::Error, Status])]
fn f() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

fn main() {}
