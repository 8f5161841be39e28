// Both attributes are told of in one compile.
use reattempt::retry;

struct Client;

#[retry(max = "5")]
impl Client {
    #[retry(jiter = none)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let _ = Client.get();
}
