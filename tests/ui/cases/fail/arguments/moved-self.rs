use reattempt::retry;

struct Client(String);

impl Client {
    #[retry]
    fn close(self) -> Result<String, String> {
        Ok(self.0)
    }
}

fn main() {
    let _ = Client(String::new()).close();
}
