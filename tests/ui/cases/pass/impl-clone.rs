#![deny(warnings)]

use reattempt::retry;

#[derive(Clone)]
struct Client(String);

#[retry(clone(self, token))]
impl Client {
    fn close(self) -> Result<String, String> {
        Ok(self.0)
    }

    fn get(&self, token: String) -> Result<String, String> {
        Ok(token)
    }

    fn put(&mut self, token: &str) -> Result<String, String> {
        self.0.push('/');
        Ok(token.to_owned())
    }

    fn open(url: &str) -> Result<Client, String> {
        Ok(Client(url.to_owned()))
    }

    async fn close_later(mut self, mut token: String) -> Result<String, String> {
        self.0.push('/');
        token.push('/');
        Ok(self.0 + &token)
    }
}

fn main() {
    let mut client = Client::open("a").unwrap();
    assert_eq!(client.get("b".to_owned()).as_deref(), Ok("b"));
    assert_eq!(client.put("b").as_deref(), Ok("b"));
    drop(client.clone().close_later(String::new()));
    assert_eq!(client.close().as_deref(), Ok("a/"));
}
