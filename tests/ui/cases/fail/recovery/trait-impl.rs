// One error: the trait's method is still implemented.
use reattempt::retry;

trait Fetch {
    fn fetch(&self) -> Result<u32, String>;
}

impl Fetch for () {
    #[retry(base = 10)]
    fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = ().fetch();
}
