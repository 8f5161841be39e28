use reattempt::retry;

struct Client {
    token: String,
}

impl Client {
    #[retry(clone(self.token))]
    fn fetch(self) -> Result<String, String> {
        Ok(self.token)
    }
}

fn main() {
    let _ = Client { token: String::new() }.fetch();
}
