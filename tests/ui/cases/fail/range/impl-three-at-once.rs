use reattempt::retry;

struct Client;

#[retry(max = 0, factor = 0.5, jitter = 1.5)]
impl Client {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, String> {
        Ok(2)
    }

    fn list(&self) -> Result<u32, String> {
        Ok(3)
    }
}

fn main() {
    let client = Client;
    let _ = (client.get(), client.put(), client.list());
}
