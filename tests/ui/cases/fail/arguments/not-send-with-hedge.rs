use std::cell::Cell;
use std::rc::Rc;

use reattempt::retry;

#[retry(hedge = "50ms")]
async fn fetch(key: Rc<str>) -> Result<usize, String> {
    send(&key).await
}

// It can move between threads, and two of its tries would share it.
#[retry(hedge = "50ms")]
async fn count(sent: Cell<u32>) -> Result<usize, String> {
    sent.set(sent.get() + 1);
    send("key").await
}

async fn send(key: &str) -> Result<usize, String> {
    Ok(key.len())
}

fn spawn<F: Future + Send + 'static>(_: F) {}

fn main() {
    spawn(fetch("key".into()));
    spawn(count(Cell::new(0)));
}
