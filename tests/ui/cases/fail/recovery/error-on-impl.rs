// One error: the methods still fail with their own error.
use reattempt::{RetryError, retry};

struct Failed;

impl From<RetryError<String>> for Failed {
    fn from(_: RetryError<String>) -> Self {
        Failed
    }
}

struct Client;

#[retry(error = String, jitter = "full")]
impl Client {
    fn get(&self) -> Result<u32, Failed> {
        Err(String::new())
    }

    async fn put(&self) -> Result<u32, Failed> {
        Err(String::new())
    }
}

fn main() {
    let _ = Client.get();
    drop(Client.put());
}
