use reattempt::retry;

struct Client;

#[retry]
impl Client {
    #[retry = 5]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
