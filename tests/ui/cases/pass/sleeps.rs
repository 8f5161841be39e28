#![deny(warnings)]

use std::future::{Future, ready};
use std::time::Duration;

use reattempt::{AttemptTimeout, retry};

fn blocking(_: Duration) {}

async fn asynchronous(_: Duration) {}

fn future(_: Duration) -> impl Future<Output = ()> + Send {
    ready(())
}

struct Timer;

impl Timer {
    async fn sleep(&self, _: Duration) {}
}

struct Client {
    timer: Timer,
}

impl Client {
    #[retry(sleep = |delay| self.timer.sleep(delay))]
    async fn get(&self) -> Result<u32, String> {
        Ok(1)
    }
}

struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

#[retry(sleep = blocking)]
fn sync() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = std::thread::sleep)]
fn threads() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = |delay| blocking(delay))]
fn closure() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = asynchronous)]
async fn later() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = tokio::time::sleep)]
async fn tokio() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = future, attempt_timeout = "1s")]
async fn limited() -> Result<u32, Failed> {
    Ok(1)
}

fn main() {
    assert_eq!(sync(), Ok(1));
    assert_eq!(threads(), Ok(1));
    assert_eq!(closure(), Ok(1));
    let client = Client { timer: Timer };
    drop((later(), tokio(), limited(), client.get()));
}
