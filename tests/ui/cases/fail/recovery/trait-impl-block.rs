use reattempt::retry;

trait Fetch {
    fn fetch(&self) -> Result<u32, String>;

    fn name(&self) -> String;
}

#[retry(base = 10)]
impl Fetch for () {
    fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn name(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = (().fetch(), ().name());
}
