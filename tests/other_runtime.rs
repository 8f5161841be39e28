//! A process that runs on no tokio runtime. A binary of its own: the timer is set once for all of it.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::retry;

static WAITS: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

/// A timer that tells what it was asked for and is done at once.
async fn other_sleep(delay: Duration) {
    WAITS.lock().unwrap().push(delay);
}

#[retry(max = 3, base_ms = 100, jitter = none)]
async fn flaky(calls: &Cell<u32>) -> Result<u32, &'static str> {
    calls.set(calls.get() + 1);
    if calls.get() < 3 { Err("down") } else { Ok(calls.get()) }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[test]
fn without_a_timer_the_first_wait_says_what_to_do_and_with_one_it_waits() {
    let failed = std::panic::catch_unwind(|| run(flaky(&Cell::new(0)))).expect_err("there is no timer");
    let sentence = failed.downcast_ref::<&str>().expect("a sentence");
    assert!(sentence.contains("`sleep = ...`") && sentence.contains("`set_sleep`"), "{sentence}");

    reattempt::set_sleep(other_sleep).expect("it is the first");
    assert_eq!(run(flaky(&Cell::new(0))), Ok(3));
    assert_eq!(*WAITS.lock().unwrap(), [Duration::from_millis(100), Duration::from_millis(200)]);
    assert_eq!(reattempt::set_sleep(other_sleep), Err(reattempt::SetSleepError));
}
