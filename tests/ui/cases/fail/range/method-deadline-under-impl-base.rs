use reattempt::retry;

struct Client;

#[retry(base = "10s")]
impl Client {
    #[retry(deadline = "5s")]
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
