use reattempt::{AttemptTimeout, retry};

struct Orders;

#[retry(attempt_timeout = "5s")]
impl Orders {
    async fn list(&self) -> Result<u32, AttemptTimeout> {
        Ok(1)
    }

    #[cfg_attr(any(), retry(skip))]
    fn pay(&self) -> Result<u32, AttemptTimeout> {
        Ok(2)
    }
}

fn main() {
    let _ = (Orders.list(), Orders.pay());
}
