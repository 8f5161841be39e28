use reattempt::retry;

struct Client;

impl Client {
    #[retry(skip)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
