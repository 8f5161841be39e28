use reattempt::retry;

type Res<T> = Result<T, String>;

struct Orders;

#[retry(max = 3)]
impl Orders {
    #[cfg_attr(any(), retry(skip))]
    fn pay(&self) -> Res<u32> {
        Ok(2)
    }
}

fn main() {
    let _ = Orders.pay();
}
