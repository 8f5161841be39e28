// One error, in the hook.
use reattempt::retry;

struct Client;

impl Client {
    #[retry(on_retry = |event| event.attempt().push(1))]
    async fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

fn main() {
    drop(Client.get());
}
