use async_trait::async_trait;
use reattempt::retry;

#[async_trait]
trait Fetch {
    async fn fetch(&self, mut url: String) -> Result<String, String>;
}

#[async_trait]
impl Fetch for () {
    #[retry]
    async fn fetch(&self, mut url: String) -> Result<String, String> {
        url.push('/');
        Ok(url.clone())
    }
}

fn main() {
    drop(().fetch(String::new()));
}
