use reattempt::retry;

struct Client;

#[retry(max_delay = "30s")]
impl Client {
    #[retry(base = "1m")]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, String> {
        Ok(2)
    }
}

fn main() {
    let _ = (Client.get(), Client.put());
}
