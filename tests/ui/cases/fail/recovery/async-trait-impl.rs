use async_trait::async_trait;
use reattempt::retry;

#[async_trait]
trait Fetch {
    async fn fetch(&self) -> Result<u32, String>;
}

#[async_trait]
impl Fetch for () {
    #[retry(max = "5")]
    async fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    drop(().fetch());
}
