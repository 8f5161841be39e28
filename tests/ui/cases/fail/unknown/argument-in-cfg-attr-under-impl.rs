use reattempt::retry;

struct Orders;

#[retry(max = 3)]
impl Orders {
    #[cfg_attr(all(), retry(attempts = 2))]
    fn pay(&self) -> Result<u32, String> {
        Ok(2)
    }

    #[cfg_attr(any(), retry(attempts = 2))]
    fn refund(&self) -> Result<u32, String> {
        Ok(2)
    }
}

fn main() {
    let _ = (Orders.pay(), Orders.refund());
}
