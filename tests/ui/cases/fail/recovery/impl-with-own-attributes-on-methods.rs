// One error: the methods' own attributes are the block's to read, and stay read when it is wrong.
use reattempt::retry;

struct Client;

#[retry(max = "5")]
impl Client {
    #[retry(jitter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(skip)]
    fn put(&self) -> Result<u32, String> {
        Ok(2)
    }
}

fn main() {
    let _ = (Client.get(), Client.put());
}
