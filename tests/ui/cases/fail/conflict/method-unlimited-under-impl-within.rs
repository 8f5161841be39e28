use reattempt::retry;

struct Client;

#[retry(within = "1h")]
impl Client {
    #[retry(unlimited)]
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
