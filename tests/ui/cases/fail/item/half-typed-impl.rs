use reattempt::retry;

struct Client;

#[retry]
impl Client {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    fn
}

fn main() {
    let _ = Client.get();
}
