use reattempt::retry;

struct Client;

#[retry(max = 5)]
impl Client {
    #[retry(jiter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, String> {
        let value = self.get()?;
        Ok(value)
    }
}

fn main() {
    let _ = (Client.get(), Client.put());
}
