use reattempt::retry;

#[retry]
pub(crate) trait Fetch {
    fn fetch(&self) -> Result<u32, String>;
}

impl Fetch for () {
    fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = ().fetch();
}
