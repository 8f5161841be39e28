use reattempt::retry;

struct Client(String);

fn send(url: String) -> Result<u32, String> {
    Ok(url.len() as u32)
}

impl Client {
    #[retry]
    fn close(self) -> Result<u32, String> {
        let sent = send(self.0)?;
        Ok(sent)
    }
}

fn main() {
    let _ = Client(String::new()).close();
}
