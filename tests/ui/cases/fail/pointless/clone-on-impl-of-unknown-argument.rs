use reattempt::retry;

struct Client;

#[retry(clone(tokne))]
impl Client {
    fn get(&self, token: String) -> Result<String, String> {
        Ok(token)
    }
}

fn main() {
    let _ = Client.get(String::new());
}
