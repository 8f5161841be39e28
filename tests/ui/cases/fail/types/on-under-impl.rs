// Each method that cannot fail so says so.
use std::io;

use reattempt::retry;

struct Client;

#[retry(on = io::Error)]
impl Client {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, io::Error> {
        Ok(1)
    }
}

fn main() {
    let _ = (Client.get(), Client.put());
}
