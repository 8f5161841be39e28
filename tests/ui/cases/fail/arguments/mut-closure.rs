use std::cell::Cell;

use reattempt::retry;

#[retry]
fn by_parameter<O: FnMut() -> Result<u32, String>>(mut op: O) -> Result<u32, String> {
    op()
}

#[retry]
fn by_clause<O>(mut op: O) -> Result<u32, String>
where
    O: FnMut(&str, Option<u32>) -> Result<u32, String>,
{
    op("", None)
}

#[retry]
fn by_trait(mut operation: impl FnMut(&str) -> Result<u32, String> + Send) -> Result<u32, String> {
    operation("")
}

#[retry]
async fn by_async_trait(mut body: impl AsyncFnMut() -> Result<u32, String>) -> Result<u32, String> {
    body().await
}

#[retry]
fn by_object(mut op: Box<dyn FnMut() -> Result<u32, String> + '_>) -> Result<u32, String> {
    op()
}

#[retry]
fn in_tuple<O: FnMut() -> Result<u32, String>>((mut op, _): (O, u32)) -> Result<u32, String> {
    op()
}

struct Client(Cell<u32>);

#[retry]
impl Client {
    fn by_method(&self, mut op: impl FnMut() -> Result<u32, String>) -> Result<u32, String> {
        self.0.set(op()?);
        Ok(1)
    }
}

fn main() {}
