use reattempt::retry;

struct Key([u8; 4]);

struct Client {
    key: Key,
}

impl Client {
    #[retry(name = "get {self.id}")]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(name = "put {self.key} {n}")]
    fn put(&self, n: u32) -> Result<u32, String> {
        Ok(n)
    }

    #[retry(name = "connect {self.key:?}")]
    fn connect() -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let client = Client { key: Key([0; 4]) };
    let _ = (client.get(), client.put(1), Client::connect());
}
