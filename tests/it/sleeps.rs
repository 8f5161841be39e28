//! Waiting by a function of the user's own.

use std::cell::RefCell;
use std::time::Duration;

use reattempt::{retry, testing};

use crate::support::{Down, Flaky, finish, secs};

std::thread_local! {
    static SLEPT: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
}

fn slept() -> Vec<Duration> {
    SLEPT.take()
}

fn blocking(time: Duration) {
    SLEPT.with_borrow_mut(|slept| slept.push(time));
}

async fn asynchronous(time: Duration) {
    blocking(time);
    tokio::task::yield_now().await;
}

/// A timer as some runtimes have it: a future type of its own.
fn ready(time: Duration) -> std::future::Ready<()> {
    blocking(time);
    std::future::ready(())
}

#[retry(max = 4, jitter = none, sleep = blocking)]
fn by_path(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, jitter = none, sleep = self::asynchronous)]
async fn by_path_async(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, jitter = none, sleep = ready)]
async fn by_other_future(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, jitter = none, sleep = |time| log.borrow_mut().push(time))]
fn by_closure(log: &RefCell<Vec<Duration>>, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, jitter = none, sleep = async |time| log.borrow_mut().push(time))]
async fn by_async_closure(log: &RefCell<Vec<Duration>>, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, jitter = none, sleep = |time| { log.borrow_mut().push(time); std::future::ready(()) })]
async fn by_closure_of_a_future(log: &RefCell<Vec<Duration>>, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[test]
fn a_function_waits_each_delay() {
    assert_eq!(by_path(&Flaky::broken()), Err(Down(4)));
    assert_eq!(slept(), secs([1, 2, 4]));
}

#[test]
fn an_async_function_waits_each_delay_without_a_runtime() {
    assert_eq!(finish(by_path_async(&Flaky::broken())), Err(Down(4)));
    assert_eq!(slept(), secs([1, 2, 4]));
    assert_eq!(finish(by_other_future(&Flaky::broken())), Err(Down(4)));
    assert_eq!(slept(), secs([1, 2, 4]));
}

#[test]
fn a_closure_may_use_arguments() {
    let log = RefCell::default();
    assert_eq!(by_closure(&log, &Flaky::broken()), Err(Down(4)));
    assert_eq!(log.take(), secs([1, 2, 4]));
    assert_eq!(finish(by_async_closure(&log, &Flaky::broken())), Err(Down(4)));
    assert_eq!(log.take(), secs([1, 2, 4]));
    assert_eq!(finish(by_closure_of_a_future(&log, &Flaky::broken())), Err(Down(4)));
    assert_eq!(log.take(), secs([1, 2, 4]));
}

#[test]
fn a_call_that_succeeds_waits_only_between() {
    assert_eq!(by_path(&Flaky::failing(0)), Ok(1));
    assert_eq!(slept(), []);
    assert_eq!(by_path(&Flaky::failing(2)), Ok(3));
    assert_eq!(slept(), secs([1, 2]));
    assert_eq!(finish(by_path_async(&Flaky::failing(3))), Ok(4));
    assert_eq!(slept(), secs([1, 2, 4]));
}

#[test]
fn a_guard_skips_and_records_it() {
    let guard = testing::no_wait();
    assert_eq!(by_path(&Flaky::broken()), Err(Down(4)));
    assert_eq!(finish(by_path_async(&Flaky::broken())), Err(Down(4)));
    assert_eq!(guard.delays(), secs([1, 2, 4, 1, 2, 4]));
    assert_eq!(slept(), []);
}

#[test]
fn a_method_waits_too() {
    struct Client {
        slept: RefCell<Vec<Duration>>,
    }

    impl Client {
        fn sleep(&self, time: Duration) {
            self.slept.borrow_mut().push(time);
        }

        #[retry(jitter = none, sleep = |time| self.sleep(time))]
        fn call(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(jitter = none, sleep = async |time| self.sleep(time))]
        async fn call_async(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }
    }

    let client = Client { slept: RefCell::default() };
    assert_eq!(client.call(&Flaky::broken()), Err(Down(3)));
    assert_eq!(client.slept.take(), secs([1, 2]));
    assert_eq!(finish(client.call_async(&Flaky::broken())), Err(Down(3)));
    assert_eq!(client.slept.take(), secs([1, 2]));
}

#[test]
#[should_panic(expected = "sleep = ...")]
fn waiting_without_a_runtime_says_what_to_write() {
    #[retry]
    async fn call(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let _ = finish(call(&Flaky::broken()));
}

#[test]
fn succeeding_at_once_needs_no_runtime() {
    #[retry(deadline = "1m")]
    async fn call(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(finish(call(&Flaky::failing(0))), Ok(1));
}

#[test]
fn a_delay_of_zero_needs_no_timer() {
    #[retry(base = "0s")]
    async fn call(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(finish(call(&Flaky::failing(2))), Ok(3));
}
