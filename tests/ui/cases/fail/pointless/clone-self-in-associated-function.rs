use reattempt::retry;

struct Client;

impl Client {
    #[retry(clone(self))]
    fn open(url: &str) -> Result<String, String> {
        Ok(url.to_owned())
    }
}

fn main() {
    let _ = Client::open("");
}
