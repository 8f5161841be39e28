use reattempt::retry;

struct Orders;

#[retry(max = 3)]
impl Orders {
    #[cfg_attr(all(), retry(skip))]
    #[cfg_attr(all(), retry(max = 2))]
    fn pay(&self) -> Result<u32, String> {
        Ok(2)
    }

    #[cfg_attr(all(), retry(max = 2))]
    #[cfg_attr(all(), retry(skip))]
    fn refund(&self) -> Result<u32, String> {
        Ok(2)
    }

    #[cfg_attr(all(), retry(max = 2))]
    #[retry(skip)]
    fn cancel(&self) -> Result<u32, String> {
        Ok(2)
    }
}

fn main() {
    let _ = (Orders.pay(), Orders.refund(), Orders.cancel());
}
