use reattempt::retry;

struct Client;

#[retry(max = 3)]
impl Client {
    #[retry(max = 5)]
    #[retry(jitter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
