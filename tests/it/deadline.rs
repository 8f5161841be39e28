//! Until when attempts may start.

use std::time::Duration;

use reattempt::testing::Guard;
use reattempt::{Jitter, Policy, retry, testing};
use tokio::time::{Instant, sleep};

use crate::support::{Down, Flaky, finish, secs};

const SECOND: Duration = Duration::from_secs(1);

/// A retry every second for ten seconds.
const STEADY: Policy =
    Policy::new().unlimited().base(SECOND).factor(1.0).jitter(Jitter::None).deadline(Duration::from_secs(10));

#[retry(max = 100, base = "1s", backoff = constant, jitter = none, deadline = "10s")]
fn blocking(guard: &Guard, attempt: Duration, flaky: &Flaky) -> Result<u32, Down> {
    guard.advance(attempt);
    flaky.call()
}

#[retry(max = 100, base = "1s", backoff = constant, jitter = none, deadline = "10s")]
async fn asynchronous(attempt: Duration, flaky: &Flaky) -> Result<u32, Down> {
    sleep(attempt).await;
    flaky.call()
}

#[test]
fn time_inside_attempts_counts() {
    let guard = testing::no_wait();
    // Attempts end after 2, 5, 8 and 11 s; a wait of 1 s is in between.
    assert_eq!(blocking(&guard, 2 * SECOND, &Flaky::broken()), Err(Down(4)));
    assert_eq!(guard.delays(), secs([1; 3]));
}

#[tokio::test(start_paused = true)]
async fn time_inside_async_attempts_counts() {
    let start = Instant::now();
    assert_eq!(asynchronous(2 * SECOND, &Flaky::broken()).await, Err(Down(4)));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

#[test]
fn waits_alone_reach_the_deadline_too() {
    let guard = testing::no_wait();
    // The tenth attempt ends after 9 s; a wait of 1 s would reach the deadline.
    assert_eq!(blocking(&guard, Duration::ZERO, &Flaky::broken()), Err(Down(10)));
    assert_eq!(guard.delays(), secs([1; 9]));
}

#[tokio::test(start_paused = true)]
async fn the_runtimes_paused_clock_is_the_one_that_counts() {
    let start = Instant::now();
    assert_eq!(asynchronous(Duration::ZERO, &Flaky::broken()).await, Err(Down(10)));
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[test]
fn a_wait_that_would_reach_the_deadline_is_refused_at_once() {
    let guard = testing::no_wait();
    assert_eq!(blocking(&guard, 9 * SECOND, &Flaky::broken()), Err(Down(1)));
    assert_eq!(guard.delays(), []);
}

#[test]
fn a_wait_that_ends_just_before_the_deadline_is_begun() {
    let guard = testing::no_wait();
    assert_eq!(blocking(&guard, Duration::from_nanos(8_999_999_999), &Flaky::broken()), Err(Down(2)));
    assert_eq!(guard.delays(), secs([1]));
}

#[tokio::test(start_paused = true)]
async fn an_async_wait_that_would_reach_the_deadline_is_refused_at_once() {
    let start = Instant::now();
    assert_eq!(asynchronous(9 * SECOND, &Flaky::broken()).await, Err(Down(1)));
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[test]
fn an_attempt_that_outlasts_the_deadline_still_succeeds() {
    let guard = testing::no_wait();
    assert_eq!(blocking(&guard, 3600 * SECOND, &Flaky::failing(0)), Ok(1));
}

#[test]
fn every_call_has_a_deadline_of_its_own() {
    let guard = testing::no_wait();
    for calls in 1..4 {
        guard.advance(3600 * SECOND);
        assert_eq!(blocking(&guard, 2 * SECOND, &Flaky::broken()), Err(Down(4)));
        assert_eq!(guard.delays().len(), 3 * calls);
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_a_future_starts_with_its_first_attempt() {
    let flaky = Flaky::broken();
    let call = asynchronous(2 * SECOND, &flaky);
    sleep(3600 * SECOND).await;
    let start = Instant::now();
    assert_eq!(call.await, Err(Down(4)));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

#[test]
fn skipped_async_waits_pass_on_the_virtual_clock() {
    #[retry(max = 100, base = "1s", backoff = constant, jitter = none, deadline = "10s")]
    async fn advancing(guard: &Guard, flaky: &Flaky) -> Result<u32, Down> {
        guard.advance(2 * SECOND);
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(finish(advancing(&guard, &Flaky::broken())), Err(Down(4)));
    assert_eq!(guard.delays(), secs([1; 3]));
}

#[test]
fn attempts_and_deadline_hold_together() {
    #[retry(max = 3, base = "1s", backoff = constant, jitter = none, deadline = "10s")]
    fn both(guard: &Guard, attempt: Duration, flaky: &Flaky) -> Result<u32, Down> {
        guard.advance(attempt);
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(both(&guard, SECOND, &Flaky::broken()), Err(Down(3)));
    assert_eq!(both(&guard, 5 * SECOND, &Flaky::broken()), Err(Down(2)));
}

#[test]
fn unlimited_attempts_end_at_the_deadline() {
    #[retry(unlimited, base = "1s", backoff = constant, jitter = none, deadline = "1h")]
    fn persistent(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(persistent(&Flaky::broken()), Err(Down(3600)));
    assert_eq!(guard.delays().len(), 3599);
}

#[test]
fn the_longest_deadline_is_none() {
    #[retry(max = 4, jitter = none, deadline = Duration::MAX)]
    fn patient(guard: &Guard, flaky: &Flaky) -> Result<u32, Down> {
        guard.advance(Duration::MAX);
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(patient(&guard, &Flaky::broken()), Err(Down(4)));
    assert_eq!(guard.delays(), secs([1, 2, 4]));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_known_at_run_time_holds() {
    struct Client {
        policy: Policy,
    }

    impl Client {
        #[retry(policy = self.policy)]
        async fn call(&self, flaky: &Flaky) -> Result<u32, Down> {
            sleep(2 * SECOND).await;
            flaky.call()
        }
    }

    let start = Instant::now();
    assert_eq!(Client { policy: STEADY }.call(&Flaky::broken()).await, Err(Down(4)));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_without_the_attribute() {
    let flaky = Flaky::broken();
    let call = STEADY.run_async(async || {
        sleep(2 * SECOND).await;
        flaky.call()
    });
    sleep(3600 * SECOND).await;
    let start = Instant::now();
    assert_eq!(call.await, Err(Down(4)));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

/// Blocking functions, with the loop in core and in the function, in a runtime whose clock runs away.
mod own_clock {
    use std::pin::pin;

    use reattempt::retry;

    use super::SECOND;
    use crate::support::{Down, poll};

    struct Client {
        calls: u32,
    }

    impl Client {
        fn call(&mut self) -> Result<u32, Down> {
            let _ = poll(pin!(tokio::time::advance(60 * SECOND)), 1);
            self.calls += 1;
            if self.calls < 3 { Err(Down(self.calls)) } else { Ok(self.calls) }
        }

        #[retry(base_ms = 0, jitter = none, deadline = "10s")]
        fn by_core(&mut self) -> Result<u32, Down> {
            self.call()
        }

        #[retry(base_ms = 0, jitter = none, deadline = "10s", when = |error| error.0 == self.calls)]
        fn by_itself(&mut self) -> Result<u32, Down> {
            self.call()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_blocking_function_does_not_read_the_clock_of_the_runtime() {
        assert_eq!(Client { calls: 0 }.by_core(), Ok(3));
        assert_eq!(Client { calls: 0 }.by_itself(), Ok(3));
    }
}
