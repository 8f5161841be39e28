use reattempt::retry;

struct Client;

#[retry(within = "1m")]
impl Client {
    #[retry(env = "DEPLOYMENT")]
    fn fetch(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.fetch();
}
