use reattempt::retry;

#[retry]
unsafe trait Fetch {
    fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {}
