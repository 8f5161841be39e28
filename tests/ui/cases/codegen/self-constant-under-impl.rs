use reattempt::retry;

struct Client;

impl Client {
    const ATTEMPTS: u32 = 0;
}

#[retry(max = Self::ATTEMPTS)]
impl Client {
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
