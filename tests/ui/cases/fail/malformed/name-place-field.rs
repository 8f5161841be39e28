use reattempt::retry;

struct Client {
    id: u32,
}

impl Client {
    #[retry(name = "get {self.id}")]
    fn get(&self) -> Result<u32, String> {
        Ok(self.id)
    }
}

fn main() {
    let _ = Client { id: 1 }.get();
}
