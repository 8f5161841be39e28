#![deny(warnings)]

use std::cell::Cell;
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use reattempt::{CircuitBreaker, CircuitOpen, Hedge, Policy, RetryBudget, RetryError, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new();
static HEDGE: Hedge = Hedge::after(Duration::from_millis(50));

#[derive(Debug)]
struct Down;

impl From<CircuitOpen> for Down {
    fn from(_: CircuitOpen) -> Down {
        Down
    }
}

impl From<reattempt::AttemptTimeout> for Down {
    fn from(_: reattempt::AttemptTimeout) -> Down {
        Down
    }
}

#[retry(span)]
fn blocking(text: &mut String) -> Option<usize> {
    text.push('!');
    (text.len() > 3).then_some(text.len())
}

#[retry(span, clone(text))]
async fn consumed(text: String, n: &mut u32) -> Result<String, Down> {
    *n += 1;
    async {}.await;
    if *n < 2 {
        return Err(Down);
    }
    Ok(text)
}

#[retry(span, max = N, name = "generic {value}")]
async fn generic<const N: u32, T: Display + Sync>(value: &T) -> Result<usize, Down> {
    Ok(value.to_string().len() + N as usize)
}

#[retry(span, hedge = HEDGE, breaker = BREAKER, budget = BUDGET, attempt_timeout = "1s", call = c, error = Down)]
async fn everything(n: &u32) -> Result<u32, Box<dyn std::error::Error>> {
    let _ = c.attempt();
    Ok(*n)
}

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

impl std::error::Error for Down {}

#[retry(span, sleep = |_| async {}, fallback = async |_: Rc<str>| Ok(0), on_retry = |_| {}, cancel = std::future::pending::<()>())]
async fn not_send(cell: &Cell<u32>) -> Result<u32, Rc<str>> {
    cell.set(cell.get() + 1);
    Err("busy".into())
}

#[retry(span)]
fn future(n: u32) -> impl Future<Output = Result<u32, Down>> + Send {
    async move { Ok(n) }
}

struct Client(u32);

#[retry(span, log = debug)]
impl Client {
    async fn get(&mut self) -> Result<u32, Down> {
        self.0 += 1;
        if self.0 < 2 { Err(Down) } else { Ok(self.0) }
    }

    #[retry(error = Down, retry_ok = |n| *n < 2)]
    fn poll(&self) -> Result<u32, RetryError<Down>> {
        Ok(self.0)
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let _guard = reattempt::testing::no_wait();
    assert_eq!(blocking(&mut String::from("abc")), Some(4));
    let mut n = 0;
    drop(is_send(consumed(String::new(), &mut n)));
    drop(is_send(everything(&1)));
    drop(is_send(future(1)));
    drop(is_send(generic::<2, _>(&1)));
    drop(not_send(&Cell::new(1)));
    let mut client = Client(2);
    assert!(client.poll().is_ok());
    drop(is_send(client.get()));
    drop(is_send(Policy::new().retry_async(async || Err::<(), Down>(Down)).span().hedge(&HEDGE)));
    let mut n = 0;
    drop(Policy::new().retry_async_mut(async || { n += 1; Ok::<u32, Down>(n) }).span().run());
}
