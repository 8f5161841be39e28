use reattempt::retry;

struct Client;

#[retry]
impl Client {
    const fn get(&self) -> Result<u32, ()> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
