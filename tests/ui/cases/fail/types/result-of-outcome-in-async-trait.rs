use reattempt::{Outcome, retry};

struct Reply;

impl Outcome for Reply {
    type Ok = ();
    type Error = ();

    fn into_result(self) -> Result<(), ()> {
        Ok(())
    }

    fn from_result(_: Result<(), ()>) -> Self {
        Reply
    }
}

struct Client;

#[async_trait::async_trait]
trait Call {
    async fn call(&self) -> Result<Reply, String>;
}

#[async_trait::async_trait]
impl Call for Client {
    #[retry]
    async fn call(&self) -> Result<Reply, String> {
        Ok(Reply)
    }
}

fn main() {
    let _ = Client.call();
}
