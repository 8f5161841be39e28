// One error: a value that is out of range breaks neither the method nor its callers.
use reattempt::retry;

struct Client;

impl Client {
    #[retry(max = 0)]
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    let value: Result<u64, String> = Client.get().map(u64::from);
    let _ = value;
}
