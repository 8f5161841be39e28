//! A limit on each attempt.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::future::pending;
use std::time::Duration;

use reattempt::{AttemptTimeout, Jitter, Policy, retry, testing};
use tokio::time::{Instant, sleep};

use crate::support::{Down, Flaky, secs};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    TimedOut(AttemptTimeout),
    Down(u32),
}

impl From<AttemptTimeout> for Failure {
    fn from(timeout: AttemptTimeout) -> Self {
        Failure::TimedOut(timeout)
    }
}

impl From<Down> for Failure {
    fn from(Down(call): Down) -> Self {
        Failure::Down(call)
    }
}

impl Failure {
    /// How long the attempt was given that ran into its limit.
    fn limit(&self) -> Option<Duration> {
        match self {
            Failure::TimedOut(timeout) => Some(timeout.limit()),
            Failure::Down(_) => None,
        }
    }
}

/// Hangs in its first calls, then takes a second.
#[retry(max = 4, base = "1s", backoff = constant, jitter = none, attempt_timeout = "5s")]
async fn hang_at_first(flaky: &Flaky) -> Result<u32, Failure> {
    match flaky.call() {
        Ok(call) => {
            sleep(SECOND).await;
            Ok(call)
        }
        Err(_) => pending().await,
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_cancelled_and_retried() {
    let start = Instant::now();
    assert_eq!(hang_at_first(&Flaky::failing(2)).await, Ok(3));
    assert_eq!(start.elapsed(), (5 + 1 + 5 + 1 + 1) * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_last_attempt_to_hang_ends_the_call_with_the_timeout() {
    let start = Instant::now();
    let failure = hang_at_first(&Flaky::broken()).await.unwrap_err();
    assert_eq!(failure.limit(), Some(5 * SECOND));
    assert_eq!(start.elapsed(), (4 * 5 + 3) * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_in_time_keeps_its_own_error() {
    #[retry(max = 2, base = "1s", jitter = none, attempt_timeout = "5s")]
    async fn fail_after_a_while(flaky: &Flaky) -> Result<u32, Failure> {
        sleep(4 * SECOND).await;
        Ok(flaky.call()?)
    }

    let start = Instant::now();
    assert_eq!(fail_after_a_while(&Flaky::broken()).await, Err(Failure::Down(2)));
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_ready_when_its_time_is_up_counts() {
    #[retry(max = 1, attempt_timeout = "5s")]
    async fn just_in_time() -> Result<&'static str, Failure> {
        sleep(5 * SECOND).await;
        Ok("done")
    }

    assert_eq!(just_in_time().await, Ok("done"));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_cut_at_the_deadline_too() {
    #[retry(
        unlimited,
        base = "1s",
        backoff = constant,
        jitter = none,
        attempt_timeout = "5s",
        deadline = "8s"
    )]
    async fn hang(flaky: &Flaky) -> Result<u32, Failure> {
        flaky.call().ok();
        pending().await
    }

    let (start, flaky) = (Instant::now(), Flaky::broken());
    let failure = hang(&flaky).await.unwrap_err();
    assert_eq!(failure.limit(), Some(2 * SECOND));
    assert_eq!(start.elapsed(), 8 * SECOND);
    assert_eq!(flaky.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_alone_does_not_cut_an_attempt() {
    #[retry(unlimited, base = "1s", deadline = "8s")]
    async fn outlast() -> Result<&'static str, Failure> {
        sleep(3600 * SECOND).await;
        Ok("done")
    }

    assert_eq!(outlast().await, Ok("done"));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_attempt_leaves_nothing_behind() {
    struct Live<'a>(&'a Cell<u32>);

    impl<'a> Live<'a> {
        fn new(count: &'a Cell<u32>) -> Self {
            count.set(count.get() + 1);
            Live(count)
        }
    }

    impl Drop for Live<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }

    #[retry(
        max = 3,
        attempt_timeout = "5s",
        sleep = async |time| { seen.borrow_mut().push(live.get()); sleep(time).await },
    )]
    async fn hang(live: &Cell<u32>, seen: &RefCell<Vec<u32>>) -> Result<(), Failure> {
        let _here = Live::new(live);
        let inner = async {
            let _there = Live::new(live);
            pending().await
        };
        inner.await
    }

    let (live, seen) = (Cell::new(0), RefCell::default());
    assert_eq!(hang(&live, &seen).await.unwrap_err().limit(), Some(5 * SECOND));
    assert_eq!(live.get(), 0);
    // The limit of each of three attempts begins while the attempt runs, each of two waits when it is gone.
    assert_eq!(seen.into_inner(), [2, 0, 2, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_sleep_of_ones_own_serves_as_the_limit() {
    #[retry(max = 2, base = "3s", jitter = none, attempt_timeout = "7s", sleep = twice_as_long)]
    async fn hang() -> Result<(), Failure> {
        pending().await
    }

    async fn twice_as_long(time: Duration) {
        sleep(2 * time).await;
    }

    let start = Instant::now();
    assert_eq!(hang().await.unwrap_err().limit(), Some(7 * SECOND));
    assert_eq!(start.elapsed(), 2 * (7 + 3 + 7) * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_guard_skips_waits_and_no_limits() {
    let guard = testing::no_wait();
    let start = Instant::now();
    assert_eq!(hang_at_first(&Flaky::broken()).await.unwrap_err().limit(), Some(5 * SECOND));
    assert_eq!(start.elapsed(), 4 * 5 * SECOND);
    assert_eq!(guard.delays(), secs([1; 3]));
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_the_type_or_of_a_generic_holds() {
    struct Client;

    impl Client {
        const LIMIT: Duration = Duration::from_secs(9);

        #[retry(max = 1, attempt_timeout = Self::LIMIT)]
        async fn hang(&self) -> Result<(), Failure> {
            pending().await
        }
    }

    let start = Instant::now();
    assert_eq!(Client.hang().await.unwrap_err().limit(), Some(9 * SECOND));
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_limit_goes_with_a_policy_known_at_run_time() {
    #[retry(policy = *policy, attempt_timeout = "5s")]
    async fn hang(policy: &Policy) -> Result<(), Failure> {
        pending().await
    }

    let start = Instant::now();
    let policy = Policy::new().max(2).base(SECOND).jitter(Jitter::None).deadline(8 * SECOND);
    assert_eq!(hang(&policy).await.unwrap_err().limit(), Some(2 * SECOND));
    assert_eq!(start.elapsed(), 8 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn boxed_errors_hold_the_timeout_itself() {
    #[retry(max = 1, attempt_timeout = "5s")]
    async fn hang() -> Result<(), Box<dyn Error + Send + Sync>> {
        pending().await
    }

    #[retry(max = 1, attempt_timeout = "5s")]
    async fn hang_anyhow() -> anyhow::Result<()> {
        pending().await
    }

    let boxed = hang().await.unwrap_err();
    assert_eq!(boxed.downcast_ref::<AttemptTimeout>().map(AttemptTimeout::limit), Some(5 * SECOND));
    assert_eq!(boxed.to_string(), "the attempt did not end within 5s");
    let any = hang_anyhow().await.unwrap_err();
    assert_eq!(any.downcast_ref::<AttemptTimeout>().map(AttemptTimeout::limit), Some(5 * SECOND));
}
