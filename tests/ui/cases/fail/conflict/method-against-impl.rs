use reattempt::retry;

struct Client;

#[retry(backoff = linear)]
impl Client {
    #[retry(factor = 3)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
