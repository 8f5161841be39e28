use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

struct Client;

#[retry(attempt_timeout = "5s")]
impl Client {
    async fn get(&self) -> Result<u32, Failed> {
        Ok(1)
    }

    fn put(&self) -> Result<u32, Failed> {
        Ok(2)
    }
}

fn main() {
    drop(Client.get());
    let _ = Client.put();
}
