use reattempt::retry;

struct Client;

#[retry]
impl Client {
    fn get(&self) -> Result<u32, String>;
}

fn main() {
    let _ = Client.get();
}
