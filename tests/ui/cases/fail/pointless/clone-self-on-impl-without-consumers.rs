use reattempt::retry;

struct Client;

#[retry(clone(self))]
impl Client {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
