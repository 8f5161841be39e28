//! Dropping a call: at whatever point, it stops and leaves nothing behind.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use reattempt::{AttemptTimeout, Policy, retry, testing};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use crate::support::{Flaky, poll};

const POLICY: Policy = Policy::new();

#[derive(Debug, PartialEq)]
struct Failed;

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Self {
        Failed
    }
}

/// What lives in a call: values in its attempts and errors that it holds.
#[derive(Debug, Default)]
struct Census {
    live: Cell<u32>,
    calls: Cell<u32>,
}

impl Census {
    fn birth(&self) -> Life<'_> {
        self.live.set(self.live.get() + 1);
        Life(self)
    }

    /// An attempt with two points at which it can be dropped. It fails with an error that is counted too.
    async fn attempt(&self) -> Result<(), Error<'_>> {
        self.calls.set(self.calls.get() + 1);
        let _before = self.birth();
        yield_now().await;
        let _between = self.birth();
        yield_now().await;
        Err(Error::Attempt(self.birth()))
    }
}

#[derive(Debug)]
struct Life<'a>(&'a Census);

impl Drop for Life<'_> {
    fn drop(&mut self) {
        self.0.live.set(self.0.live.get() - 1);
    }
}

#[derive(Debug)]
enum Error<'a> {
    Attempt(#[expect(dead_code, reason = "it is there to be dropped")] Life<'a>),
    Timeout,
}

impl From<AttemptTimeout> for Error<'_> {
    fn from(_: AttemptTimeout) -> Self {
        Error::Timeout
    }
}

#[retry(max = 3)]
async fn plain(census: &Census) -> Result<(), Error<'_>> {
    let _here = census.birth();
    census.attempt().await
}

#[retry(max = 3)]
async fn with_question(census: &Census) -> Result<(), Error<'_>> {
    let _here = census.birth();
    census.attempt().await?;
    Ok(())
}

#[retry(max = 3, attempt_timeout = "5s")]
async fn with_timeout(census: &Census) -> Result<(), Error<'_>> {
    let _here = census.birth();
    census.attempt().await
}

#[retry(max = 3, name = "count {census:?}")]
async fn with_name(census: &Census) -> Result<(), Error<'_>> {
    census.attempt().await
}

#[retry(max = 3, sleep = async |_| { let _asleep = census.birth(); yield_now().await; yield_now().await })]
async fn with_sleep(census: &Census) -> Result<(), Error<'_>> {
    census.attempt().await
}

#[retry(max = 3, clone(moved))]
async fn with_clone<'a>(census: &'a Census, moved: Arrival<'a>) -> Result<(), Error<'a>> {
    let _moved_in = moved;
    census.attempt().await
}

/// An argument that counts each clone of itself.
struct Arrival<'a>(Life<'a>);

impl Clone for Arrival<'_> {
    fn clone(&self) -> Self {
        Arrival(self.0.0.birth())
    }
}

/// Polls the call once, twice and so on up to its end, and drops it there.
#[track_caller]
fn drop_anywhere<'a, F: Future<Output = Result<(), Error<'a>>>>(
    census: &'a Census,
    call: impl Fn() -> F,
) -> u32 {
    for polls in 0.. {
        census.calls.set(0);
        let ended = poll(pin!(call()), polls);
        let (calls, is_over) = (census.calls.get(), ended.is_some());
        drop(ended);
        assert_eq!(census.live.get(), 0, "dropped after {polls} polls");
        if is_over {
            assert_eq!(calls, 3);
            return polls;
        }
        assert!(calls <= polls, "{calls} calls in {polls} polls");
    }
    unreachable!("a call of three attempts ends");
}

#[test]
fn a_call_can_be_dropped_at_any_point() {
    let _guard = testing::no_wait();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _context = runtime.enter();
    let census = Census::default();
    // Three attempts of two points each, two waits of one point each, and the poll that ends the call.
    assert_eq!(drop_anywhere(&census, || plain(&census)), 9);
    assert_eq!(drop_anywhere(&census, || with_question(&census)), 9);
    assert_eq!(drop_anywhere(&census, || with_timeout(&census)), 9);
    assert_eq!(drop_anywhere(&census, || with_name(&census)), 9);
    assert_eq!(drop_anywhere(&census, || with_clone(&census, Arrival(census.birth()))), 9);
    assert_eq!(drop_anywhere(&census, || POLICY.run_async(async || census.attempt().await)), 9);
}

#[test]
fn a_call_can_be_dropped_in_a_sleep_of_the_users_own() {
    let census = Census::default();
    assert_eq!(drop_anywhere(&census, || with_sleep(&census)), 11);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_while_it_waits_does_not_go_on() {
    #[retry(max = 100, base = "10s", jitter = none)]
    async fn call(flaky: &Flaky) -> Result<u32, crate::support::Down> {
        flaky.call()
    }

    let (start, flaky) = (Instant::now(), Flaky::broken());
    assert!(timeout(Duration::from_secs(15), call(&flaky)).await.is_err());
    assert_eq!(start.elapsed(), Duration::from_secs(15));
    assert_eq!(flaky.calls(), 2);
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(flaky.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_loses_a_race_does_not_go_on() {
    #[retry(max = 100, base = "10s", jitter = none, attempt_timeout = "1s")]
    async fn call(calls: &Cell<u32>) -> Result<(), Failed> {
        calls.set(calls.get() + 1);
        std::future::pending().await
    }

    let calls = Cell::new(0);
    tokio::select! {
        result = call(&calls) => panic!("{result:?}"),
        () = sleep(Duration::from_millis(500)) => {}
    }
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(calls.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_call_borrowed_is_free_again() {
    #[retry(max = 100, base = "10s", jitter = none)]
    async fn push(log: &mut Vec<u32>) -> Result<(), Failed> {
        log.push(1);
        Err(Failed)
    }

    let mut log = Vec::new();
    assert!(timeout(Duration::from_secs(15), push(&mut log)).await.is_err());
    log.push(2);
    assert_eq!(log, [1, 1, 2]);
}
