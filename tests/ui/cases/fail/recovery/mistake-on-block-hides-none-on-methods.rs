use reattempt::retry;

struct Client;

#[retry(env = "DEPLOY", within = "10m")]
impl Client {
    #[retry(max_delay_ms = 0)]
    pub fn one(&self) -> Result<u32, String> {
        Ok(1)
    }

    #[retry(base_ms = 5, max = 2, when = |error: &u8| *error == 0)]
    pub fn two(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = (Client.one(), Client.two());
}
