// A value that names `Self` is judged when the function is built, so not by `cargo check`.
use reattempt::retry;

struct Client;

impl Client {
    const ATTEMPTS: u32 = 0;

    #[retry(max = Self::ATTEMPTS)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
