use reattempt::retry;

struct Client;

#[retry]
impl Client {
    fn count(&self) -> u32 {
        1
    }
}

fn main() {
    let _ = Client.count();
}
