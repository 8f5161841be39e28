//! A call through a breaker inside another call through the same breaker.

use std::cell::Cell;
use std::future::{Future, pending};
use std::io;
use std::time::Duration;

use reattempt::CircuitState::{Closed, HalfOpen, Open};
use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, CircuitState, GiveUpReason, RetryError, retry, testing,
};

use crate::support::{finish, poll};

const SECOND: Duration = Duration::from_secs(1);

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

/// A server and its breaker, which opens at the third failure, for 5 s.
struct Client {
    breaker: CircuitBreaker,
    is_up: Cell<bool>,
}

#[retry(max = 2, base_ms = 10, breaker = self.breaker)]
impl Client {
    fn page(&self) -> io::Result<u32> {
        if self.is_up.get() { Ok(1) } else { Err(refused()) }
    }

    fn all_pages(&self) -> io::Result<u32> {
        Ok(self.page()? + self.page()? + self.page()?)
    }

    fn without_control_flow(&self) -> io::Result<u32> {
        self.page().map(|page| page * 3)
    }

    async fn page_async(&self) -> io::Result<u32> {
        tokio::task::yield_now().await;
        self.page()
    }

    async fn all_pages_async(&self) -> io::Result<u32> {
        Ok(self.page_async().await? + self.page_async().await? + self.page()?)
    }

    async fn pages_at_once(&self) -> io::Result<u32> {
        let (first, second) = tokio::join!(self.page_async(), self.page_async());
        Ok(first? + second? + 1)
    }

    #[retry(attempt_timeout = "1s")]
    async fn limited(&self) -> io::Result<u32> {
        self.all_pages_async().await
    }
}

impl Client {
    fn called(&self) -> io::Result<u32> {
        self.breaker.call(|| Ok(self.breaker.call(|| self.page())? + self.page()? + self.all_pages()? / 3))
    }

    fn called_async(&self) -> impl Future<Output = io::Result<u32>> {
        self.breaker.call_async(async || {
            self.breaker.call_async(async || Ok(self.page_async().await? + self.page()? + self.page()?)).await
        })
    }
}

/// Opens the circuit of a client, and checks that calls close it again when the server is up.
fn recovers(trials: u32, call: impl Fn(&Client) -> io::Result<u32>) {
    let guard = testing::no_wait();
    let breaker =
        CircuitBreaker::new().name("api").consecutive_failures(3).open_for(5 * SECOND).trials(trials);
    let client = Client { breaker, is_up: Cell::new(false) };
    for _ in 0..5 {
        assert!(call(&client).is_err());
    }
    assert_eq!(client.breaker.state(), Open);

    guard.advance(5 * SECOND);
    assert!(call(&client).is_err(), "the server is down");
    assert_eq!(client.breaker.state(), Open, "the outer call is the trial, and fails");

    client.is_up.set(true);
    guard.advance(5 * SECOND);
    for trial in 1..=trials {
        assert_eq!(call(&client).ok(), Some(3), "trial {trial}");
        let expected = if trial == trials { Closed } else { HalfOpen };
        assert_eq!(client.breaker.state(), expected, "trial {trial} of {trials}");
    }
    assert_eq!(call(&client).ok(), Some(3));
}

#[test]
fn a_method_that_calls_another_through_the_same_breaker_is_one_trial() {
    for trials in [1, 2, 3, 7] {
        recovers(trials, Client::all_pages);
        recovers(trials, Client::without_control_flow);
    }
}

#[test]
fn an_async_method_that_calls_another_through_the_same_breaker_is_one_trial() {
    for trials in [1, 2, 3, 7] {
        recovers(trials, |client| finish(client.all_pages_async()));
        recovers(trials, |client| finish(client.pages_at_once()));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_with_a_timeout_is_one_trial() {
    for trials in [1, 2, 3, 7] {
        recovers(trials, |client| finish(client.limited()));
    }
}

#[test]
fn a_call_inside_a_call_is_one_trial() {
    for trials in [1, 2, 3, 7] {
        recovers(trials, Client::called);
        recovers(trials, |client| finish(client.called_async()));
    }
}

#[test]
fn what_fails_inside_a_trial_is_not_tried_again() {
    struct Server {
        breaker: CircuitBreaker,
        requests: Cell<u32>,
    }

    #[retry(max = 4, breaker = self.breaker)]
    impl Server {
        fn outer(&self) -> io::Result<u32> {
            self.inner()
        }

        fn inner(&self) -> io::Result<u32> {
            self.requests.set(self.requests.get() + 1);
            Err(refused())
        }
    }

    let (guard, breaker) = half_open();
    let server = Server { breaker, requests: Cell::new(0) };
    assert!(server.outer().is_err());
    assert_eq!((server.requests.get(), guard.delays().len()), (1, 0));
    assert_eq!(server.breaker.state(), Open);
}

/// A breaker that admits one trial now.
fn half_open() -> (testing::Guard, CircuitBreaker) {
    let guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(5 * SECOND);
    breaker.acquire().unwrap().failure();
    guard.advance(5 * SECOND);
    (guard, breaker)
}

#[test]
fn a_call_beside_a_trial_is_refused() {
    let (_guard, breaker) = half_open();
    let mut trial = Box::pin(breaker.call_async(async || pending::<Result<(), CircuitOpen>>().await));
    assert!(poll(trial.as_mut(), 1).is_none());
    assert_eq!(breaker.state(), HalfOpen);
    // The trial is not polled now, so the thread does not run it.
    assert!(breaker.acquire().is_err());
    assert_eq!(breaker.retry_in(), 5 * SECOND);
    drop(trial);
    assert!(breaker.acquire().is_ok());
}

#[test]
fn what_an_inner_call_returns_is_the_affair_of_the_trial() {
    let (_guard, breaker) = half_open();
    let result = breaker.call(|| {
        for _ in 0..10 {
            assert!(breaker.call(|| Err::<(), _>(refused())).is_err());
            assert_eq!((breaker.state(), breaker.retry_in()), (HalfOpen, Duration::ZERO));
        }
        breaker.acquire().unwrap().failure();
        breaker.acquire().unwrap().success();
        assert_eq!(breaker.state(), HalfOpen);
        Ok::<_, io::Error>(7)
    });
    assert_eq!(result.ok(), Some(7));
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn a_trial_of_another_breaker_lets_nothing_through() {
    let (guard, breaker) = half_open();
    let other = CircuitBreaker::new().consecutive_failures(1).open_for(5 * SECOND);
    other.acquire().unwrap().failure();
    guard.advance(5 * SECOND);
    let _trial = other.acquire().unwrap();
    let result = breaker.call(|| {
        assert!(other.acquire().is_err(), "its only trial runs elsewhere");
        assert!(!other.retry_in().is_zero());
        Ok::<_, CircuitOpen>(1)
    });
    assert!(result.is_ok());
    assert_eq!((breaker.state(), other.state()), (Closed, HalfOpen));
}

#[test]
fn a_trial_that_panics_leaves_no_note_behind() {
    let (guard, breaker) = half_open();
    let panics = || breaker.call(|| -> Result<(), io::Error> { panic!("on purpose") });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    let _trial = breaker.acquire().unwrap();
    assert!(breaker.acquire().is_err(), "the thread has no trial");
    drop(guard);
}

#[test]
fn a_trial_that_is_too_old_lets_nothing_through() {
    let (guard, breaker) = half_open();
    let result = breaker.call(|| {
        // Others take over after 5 s, and the server fails them.
        guard.advance(6 * SECOND);
        std::thread::scope(|threads| {
            threads.spawn(|| breaker.reset());
        });
        breaker.force_open();
        breaker.call(|| Ok::<_, io::Error>(1))
    });
    assert!(result.is_err());
    assert_eq!(breaker.state(), CircuitState::ForcedOpen);
}

/// Refusals by a breaker are no failures of the server behind another one.
#[test]
fn a_breaker_ignores_attempts_that_another_one_refused() {
    #[retry(max = 3, breaker = outer)]
    fn call(outer: &CircuitBreaker, inner: &CircuitBreaker) -> io::Result<u32> {
        inner.call(|| Ok(1))
    }

    let _guard = testing::no_wait();
    let (outer, inner) = (CircuitBreaker::new().consecutive_failures(1), CircuitBreaker::new());
    inner.force_open();
    assert!(call(&outer, &inner).is_err());
    assert_eq!(outer.state(), Closed);
}

/// The last attempt of the loop inside was sent, and failed.
#[test]
fn a_breaker_counts_a_loop_that_another_one_ended_after_an_attempt() {
    #[retry(breaker = inner, error = io::Error)]
    fn inside(inner: &CircuitBreaker) -> Result<u32, RetryError<io::Error>> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    #[retry(breaker = outer)]
    fn call(outer: &CircuitBreaker, inner: &CircuitBreaker) -> anyhow::Result<u32> {
        Ok(inside(inner)?)
    }

    let _guard = testing::no_wait();
    let inner = CircuitBreaker::new().consecutive_failures(1);
    let outer = CircuitBreaker::new().consecutive_failures(1).count_permanent_errors();
    let error = call(&outer, &inner).unwrap_err();
    let error = error.downcast_ref::<RetryError<io::Error>>().expect("it is that of the loop inside");
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 1));
    assert_eq!(outer.state(), Open);
}

mod timeouts {
    use super::*;

    #[derive(Debug)]
    enum Failure {
        TimedOut,
        Refused,
    }

    impl From<AttemptTimeout> for Failure {
        fn from(_: AttemptTimeout) -> Self {
            Failure::TimedOut
        }
    }

    impl From<CircuitOpen> for Failure {
        fn from(_: CircuitOpen) -> Self {
            Failure::Refused
        }
    }

    macro_rules! state_after_a_timeout {
        ($($argument:tt)*) => {{
            #[retry(attempt_timeout = "1s", breaker = breaker, $($argument)*)]
            async fn call(breaker: &CircuitBreaker) -> Result<(), Failure> {
                pending().await
            }
            let breaker = CircuitBreaker::new().consecutive_failures(1);
            assert!(call(&breaker).await.is_err());
            breaker.state()
        }};
    }

    #[tokio::test(start_paused = true)]
    async fn a_breaker_sees_every_timeout_whether_or_not_it_is_retried() {
        assert_eq!(state_after_a_timeout!(max = 1), Open);
        assert_eq!(state_after_a_timeout!(max = 3), Open);
        assert_eq!(state_after_a_timeout!(unless = Failure::TimedOut), Open);
        assert_eq!(state_after_a_timeout!(on = Failure::Refused), Open);
        assert_eq!(state_after_a_timeout!(when = |_| false), Open);
        assert_eq!(state_after_a_timeout!(deadline = "500ms", base_ms = 1), Open);
    }

    #[tokio::test(start_paused = true)]
    async fn a_trial_that_hangs_opens_the_circuit_again() {
        #[retry(max = 1, attempt_timeout = "1s", breaker = breaker, unless = Failure::TimedOut)]
        async fn call(breaker: &CircuitBreaker) -> Result<(), Failure> {
            pending().await
        }
        let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(5 * SECOND);
        for _ in 0..3 {
            assert!(call(&breaker).await.is_err());
            assert_eq!(breaker.state(), Open);
            tokio::time::advance(5 * SECOND).await;
        }
    }
}

/// A thread-local whose destructor calls through a breaker, as a connection does that says goodbye.
mod at_the_end_of_a_thread {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
    use std::time::Duration;

    use reattempt::{CircuitBreaker, CircuitState};

    static SECONDS: AtomicU64 = AtomicU64::new(0);
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new().consecutive_failures(1).open_for(Duration::from_secs(1)).clock(clock);
    static CLOSED: AtomicBool = AtomicBool::new(false);

    fn clock() -> Duration {
        Duration::from_secs(SECONDS.load(Relaxed))
    }

    struct Connection;

    impl Drop for Connection {
        fn drop(&mut self) {
            CLOSED.store(BREAKER.call(|| Ok::<(), std::io::Error>(())).is_ok(), Relaxed);
        }
    }

    std::thread_local! {
        static CONNECTION: Connection = const { Connection };
    }

    fn open_and_wait() {
        assert!(BREAKER.call(|| Err::<(), _>(std::io::Error::other("down"))).is_err());
        SECONDS.fetch_add(2, Relaxed);
    }

    #[test]
    fn a_trial_runs_in_a_destructor() {
        std::thread::spawn(|| {
            CONNECTION.with(|_| ());
            open_and_wait();
            assert!(BREAKER.call(|| Ok::<(), std::io::Error>(())).is_ok(), "the trial of this thread");
            open_and_wait();
        })
        .join()
        .unwrap();
        assert!(CLOSED.load(Relaxed), "the trial in the destructor");
        assert_eq!(BREAKER.state(), CircuitState::Closed);
    }
}
