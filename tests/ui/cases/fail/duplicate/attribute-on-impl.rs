use reattempt::retry;

struct Client;

#[retry(max = 3)]
#[retry(max = 5)]
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
