use std::pin::Pin;

use reattempt::retry;

struct Client;

impl Client {
    fn poll(self: Pin<&mut Self>) -> Result<u32, String> {
        Ok(1)
    }

    #[retry]
    fn next(self: Pin<&mut Self>) -> Result<u32, String> {
        self.poll()
    }
}

fn main() {
    let _ = Pin::new(&mut Client).next();
}
