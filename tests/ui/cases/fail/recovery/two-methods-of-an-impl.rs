// Two errors, one for each method.
use reattempt::retry;

struct Client;

#[retry(max = 5)]
impl Client {
    #[retry(jiter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(base = 5)]
    fn put(&self) -> Result<u32, String> {
        Ok(2)
    }
}

fn main() {
    let _ = (Client.get(), Client.put());
}
