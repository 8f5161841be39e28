use reattempt::retry;

struct Client(u32);

impl Client {
    #[retry]
    fn next(mut self) -> Result<u32, String> {
        self.0 += 1;
        Ok(self.0)
    }
}

fn main() {
    let _ = Client(1).next();
}
