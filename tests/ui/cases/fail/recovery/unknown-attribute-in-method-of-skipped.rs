// A method that is exempt has its mistakes told all the same.
use reattempt::retry;

struct Client;

#[retry]
impl Client {
    #[retry(skip, jiter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
