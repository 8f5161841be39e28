use async_trait::async_trait;
use reattempt::retry;

#[async_trait]
trait Fetch {
    async fn fetch(&self, url: String) -> Result<String, String>;
}

#[async_trait]
impl Fetch for () {
    #[retry]
    async fn fetch(&self, url: String) -> Result<String, String> {
        Ok(url)
    }
}

fn main() {
    drop(().fetch(String::new()));
}
