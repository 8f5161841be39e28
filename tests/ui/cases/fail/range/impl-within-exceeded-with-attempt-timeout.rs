use reattempt::{AttemptTimeout, retry};

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

struct Client;

#[retry(jitter = none, attempt_timeout = "5s", within = "17s")]
impl Client {
    async fn get(&self) -> Result<u32, Failed> {
        Ok(1)
    }

    async fn put(&self) -> Result<u32, Failed> {
        Ok(2)
    }

    async fn list(&self) -> Result<u32, Failed> {
        Ok(3)
    }
}

fn main() {
    let client = Client;
    drop((client.get(), client.put(), client.list()));
}
