use reattempt::retry;

type Fetched = Result<u32, String>;

struct Client;

#[retry]
impl Client {
    fn get(&self) -> Fetched {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
