//! A circuit breaker in the loop.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reattempt::CircuitState::{Closed, HalfOpen, Open};
use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, GiveUpReason, RetryError, Retryable, retry, testing,
};

use crate::support::{Flaky, assert_send, finish, poll, secs};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Open(Duration),
    Down(u32),
    Wrong,
    TimedOut,
}

impl From<CircuitOpen> for Failure {
    fn from(open: CircuitOpen) -> Self {
        Failure::Open(open.retry_in())
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        Failure::TimedOut
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        *self != Failure::Wrong
    }
}

fn call(flaky: &Flaky) -> Result<u32, Failure> {
    flaky.call().map_err(|down| Failure::Down(down.0))
}

/// Opens at the third failure in a row, for 10 s.
fn third() -> CircuitBreaker {
    CircuitBreaker::new().name("db").consecutive_failures(3).open_for(10 * SECOND)
}

/// Waits 1 s between attempts.
#[retry(max = 5, backoff = constant, jitter = none, breaker = breaker)]
fn fetch(breaker: &CircuitBreaker, flaky: &Flaky) -> Result<u32, Failure> {
    call(flaky)
}

#[test]
fn a_call_that_opens_it_ends_with_its_last_real_error() {
    let guard = testing::no_wait();
    let (breaker, flaky) = (third(), Flaky::broken());
    assert_eq!(fetch(&breaker, &flaky), Err(Failure::Down(3)));
    assert_eq!((flaky.calls(), guard.delays()), (3, secs([1, 1])), "the useless wait is not waited");
    assert_eq!(breaker.state(), Open);
}

#[test]
fn a_call_that_is_refused_at_once_runs_no_body() {
    let guard = testing::no_wait();
    let (breaker, flaky) = (third(), Flaky::broken());
    breaker.force_open();
    assert_eq!(fetch(&breaker, &flaky), Err(Failure::Open(Duration::MAX)));
    assert_eq!((flaky.calls(), guard.delays().len()), (0, 0));
}

#[test]
fn it_sees_every_attempt() {
    let guard = testing::no_wait();
    let breaker = third();
    assert_eq!(fetch(&breaker, &Flaky::failing(2)), Ok(3));
    assert_eq!(fetch(&breaker, &Flaky::failing(2)), Ok(3), "a success begins a new row");
    assert_eq!(fetch(&breaker, &Flaky::broken()), Err(Failure::Down(3)));
    guard.advance(10 * SECOND);
    assert_eq!(fetch(&breaker, &Flaky::failing(0)), Ok(1));
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn it_is_looked_at_before_the_wait_and_asked_after_it() {
    let guard = testing::no_wait();
    // Open for as long as the wait: after it the next attempt is a trial, which fails.
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
    let flaky = Flaky::broken();
    assert_eq!(fetch(&breaker, &flaky), Err(Failure::Down(5)));
    assert_eq!((flaky.calls(), guard.delays()), (5, secs([1, 1, 1, 1])));

    // Open for longer.
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND + Duration::from_nanos(1));
    let flaky = Flaky::broken();
    assert_eq!(fetch(&breaker, &flaky), Err(Failure::Down(1)));
    assert_eq!((flaky.calls(), guard.delays()), (1, secs([1, 1, 1, 1])));
}

#[test]
fn opened_during_the_wait_it_ends_the_call_with_the_last_real_error() {
    /// The hook stands for another call.
    #[retry(
        max = 3,
        jitter = none,
        breaker = breaker,
        error = Failure,
        on_retry = |_| breaker.force_open(),
        on_give_up = |event| told.set(Some((event.reason(), event.attempt(), event.error().copied())))
    )]
    fn fetch(
        breaker: &CircuitBreaker,
        flaky: &Flaky,
        told: &Cell<Option<(GiveUpReason, u32, Option<Failure>)>>,
    ) -> Result<u32, RetryError<Failure>> {
        call(flaky)
    }

    let guard = testing::no_wait();
    let (breaker, flaky, told) = (third(), Flaky::broken(), Cell::new(None));
    let error = fetch(&breaker, &flaky, &told).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 1));
    assert_eq!(error.last(), Some(&Failure::Down(1)));
    assert_eq!(told.get(), Some((GiveUpReason::CircuitOpen, 1, Some(Failure::Down(1)))));
    assert_eq!((flaky.calls(), guard.delays()), (1, secs([1])));
}

#[test]
fn the_wrapped_error_of_a_refused_call_has_no_last_error() {
    #[retry(
        breaker = breaker,
        error = Failure,
        on_give_up = |event| told.set((event.attempt(), event.error().is_none()))
    )]
    fn fetch(breaker: &CircuitBreaker, told: &Cell<(u32, bool)>) -> Result<u32, RetryError<Failure>> {
        unreachable!("it is refused")
    }

    let (breaker, told) = (third(), Cell::new((9, false)));
    breaker.force_open();
    let error = fetch(&breaker, &told).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 0));
    assert_eq!((error.elapsed(), error.last()), (Duration::ZERO, None));
    assert_eq!(told.get(), (0, true));
}

#[test]
fn errors_that_are_not_retryable_are_ignored_unless_asked_for() {
    #[retry(breaker = breaker, unless = Failure::TimedOut)]
    fn fetch(breaker: &CircuitBreaker, failure: Failure) -> Result<u32, Failure> {
        Err(failure)
    }

    let _guard = testing::no_wait();
    let lenient = CircuitBreaker::new().consecutive_failures(1);
    let strict = CircuitBreaker::new().consecutive_failures(1).count_permanent_errors();
    for failure in [Failure::Wrong, Failure::TimedOut] {
        strict.reset();
        assert_eq!((fetch(&lenient, failure), fetch(&strict, failure)), (Err(failure), Err(failure)));
        assert_eq!((lenient.state(), strict.state()), (Closed, Open));
    }
}

#[test]
fn what_is_ignored_gives_a_trial_back() {
    #[retry(breaker = breaker)]
    fn fetch(breaker: &CircuitBreaker) -> Result<u32, Failure> {
        Err(Failure::Wrong)
    }

    let guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
    breaker.acquire().expect("closed").failure();
    guard.advance(SECOND);
    for _ in 0..3 {
        assert_eq!(fetch(&breaker), Err(Failure::Wrong));
        assert_eq!(breaker.state(), HalfOpen);
    }
}

#[test]
fn a_value_that_is_refused_is_an_answer() {
    #[retry(max = 5, breaker = breaker, retry_ok = |value| *value < 100)]
    fn poll(breaker: &CircuitBreaker, flaky: &Flaky) -> Result<u32, Failure> {
        call(flaky)
    }

    let _guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(2);
    // Fails once, then has the value that is not accepted: the last one is returned.
    assert_eq!(poll(&breaker, &Flaky::failing(1)), Ok(5));
    breaker.acquire().expect("closed").failure();
    assert_eq!(breaker.state(), Closed, "the answers began a new row");
}

#[test]
fn a_function_without_an_error_tells_of_none() {
    #[retry(max = 2, breaker = breaker)]
    fn find(breaker: &CircuitBreaker, flaky: &Flaky) -> Option<u32> {
        flaky.call().ok()
    }

    let _guard = testing::no_wait();
    let (breaker, flaky) = (CircuitBreaker::new(), Flaky::failing(1));
    assert_eq!(find(&breaker, &flaky), Some(2));
    breaker.force_open();
    assert_eq!((find(&breaker, &flaky), flaky.calls()), (None, 2));
}

#[test]
fn a_fallback_gets_the_error_that_was_made() {
    #[retry(breaker = breaker, fallback = |error| match error { Failure::Open(_) => Ok(7), other => Err(other) })]
    fn fetch(breaker: &CircuitBreaker) -> Result<u32, Failure> {
        unreachable!("it is refused")
    }

    let breaker = third();
    breaker.force_open();
    assert_eq!(fetch(&breaker), Ok(7));
}

#[test]
fn a_panic_gives_the_permit_back() {
    #[retry(breaker = breaker)]
    fn panics(breaker: &CircuitBreaker) -> Result<u32, Failure> {
        panic!("in the body")
    }

    let guard = testing::no_wait();
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
    breaker.acquire().expect("closed").failure();
    guard.advance(SECOND);
    assert!(catch_unwind(AssertUnwindSafe(|| panics(&breaker))).is_err());
    assert_eq!(breaker.state(), HalfOpen);
    assert_eq!(fetch(&breaker, &Flaky::failing(0)), Ok(1), "the trial was given back");
}

static SHARED: CircuitBreaker = CircuitBreaker::new().name("shared").consecutive_failures(2);
static LAZY: LazyLock<CircuitBreaker> = LazyLock::new(CircuitBreaker::new);

#[test]
fn it_is_taken_from_wherever_it_is() {
    struct Client {
        breaker: CircuitBreaker,
        shared: Arc<CircuitBreaker>,
        by_host: HashMap<&'static str, Arc<CircuitBreaker>>,
        flaky: Flaky,
    }

    #[retry(max = 1)]
    impl Client {
        #[retry(breaker = self.breaker)]
        fn own(&self) -> Result<u32, Failure> {
            call(&self.flaky)
        }

        #[retry(breaker = self.shared.clone())]
        fn changing(&mut self) -> Result<u32, Failure> {
            self.flaky = Flaky::broken();
            call(&self.flaky)
        }

        #[retry(breaker = self.by_host.get(host))]
        fn of(&self, host: &str) -> Result<u32, Failure> {
            call(&self.flaky)
        }

        #[retry(breaker = SHARED)]
        fn shared(&self) -> Result<u32, Failure> {
            call(&self.flaky)
        }

        #[retry(breaker = &*LAZY)]
        fn lazy(&self) -> Result<u32, Failure> {
            call(&self.flaky)
        }
    }

    let one = || CircuitBreaker::new().consecutive_failures(1);
    let mut client = Client {
        breaker: one(),
        shared: Arc::new(one()),
        by_host: HashMap::from([("a", Arc::new(one())), ("b", Arc::new(one()))]),
        flaky: Flaky::broken(),
    };
    let is_open = |result: Result<u32, Failure>| matches!(result, Err(Failure::Open(_)));
    assert_eq!([client.own(), client.own()].map(is_open), [false, true]);
    assert_eq!([client.changing(), client.changing()].map(is_open), [false, true]);
    assert_eq!([client.of("a"), client.of("a"), client.of("b")].map(is_open), [false, true, false]);
    assert_eq!([client.of("c"), client.of("c")].map(is_open), [false, false], "there is none");
    assert_eq!([client.shared(), client.shared(), client.shared()].map(is_open), [false, false, true]);
    SHARED.reset();
    assert!(!is_open(client.lazy()));
}

#[test]
fn the_expression_is_evaluated_once_for_a_call() {
    #[retry(max = 4, breaker = { asked.set(asked.get() + 1); breaker })]
    fn fetch(breaker: &CircuitBreaker, flaky: &Flaky, asked: &Cell<u32>) -> Result<u32, Failure> {
        call(flaky)
    }

    let _guard = testing::no_wait();
    let asked = Cell::new(0);
    assert_eq!(fetch(&CircuitBreaker::new(), &Flaky::failing(3), &asked), Ok(4));
    assert_eq!(asked.get(), 1);
}

#[test]
fn an_impl_block_has_one_for_all_its_methods() {
    struct Client(CircuitBreaker, Flaky);

    #[retry(max = 1, breaker = self.0)]
    impl Client {
        fn get(&self) -> Result<u32, Failure> {
            call(&self.1)
        }

        async fn put(&self) -> Result<u32, Failure> {
            call(&self.1)
        }
    }

    let _guard = testing::no_wait();
    let client = Client(CircuitBreaker::new().consecutive_failures(2), Flaky::broken());
    assert_eq!(client.get(), Err(Failure::Down(1)));
    assert_eq!(finish(client.put()), Err(Failure::Down(2)));
    assert!(matches!(client.get(), Err(Failure::Open(_))));
    assert!(matches!(finish(client.put()), Err(Failure::Open(_))));
}

#[retry(max = 5, backoff = constant, jitter = none, breaker = breaker)]
async fn fetch_async(breaker: &CircuitBreaker, flaky: &RefCell<Flaky>) -> Result<u32, Failure> {
    call(&flaky.borrow())
}

#[test]
fn async_calls_are_held_to_it_too() {
    let _guard = testing::no_wait();
    let (breaker, flaky) = (third(), RefCell::new(Flaky::broken()));
    assert_eq!(finish(fetch_async(&breaker, &flaky)), Err(Failure::Down(3)));
    assert_eq!(breaker.state(), Open);
    assert_eq!(finish(fetch_async(&breaker, &flaky)), Err(Failure::Open(10 * SECOND)));
    assert_eq!(flaky.borrow().calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_aborted_during_an_attempt_gives_its_permit_back() {
    static TRIED: CircuitBreaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);

    #[retry(breaker = TRIED)]
    async fn hang() -> Result<u32, Failure> {
        pending().await
    }

    TRIED.acquire().expect("closed").failure();
    tokio::time::advance(SECOND).await;
    let task = tokio::spawn(hang());
    tokio::task::yield_now().await;
    assert_eq!(TRIED.state(), HalfOpen);
    assert!(TRIED.acquire().is_err(), "the trial runs");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    TRIED.acquire().expect("another trial may run").success();
    assert_eq!(TRIED.state(), Closed);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_runs_out_of_time_has_failed() {
    #[retry(max = 1, attempt_timeout = "1s", breaker = breaker)]
    async fn hang(breaker: &CircuitBreaker) -> Result<u32, Failure> {
        pending().await
    }

    let breaker = CircuitBreaker::new().consecutive_failures(1);
    assert_eq!(hang(&breaker).await, Err(Failure::TimedOut));
    assert_eq!(breaker.state(), Open);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_its_wait_holds_no_permit() {
    let (breaker, flaky) = (third().consecutive_failures(1).open_for(SECOND), RefCell::new(Flaky::broken()));
    {
        let mut call = pin!(fetch_async(&breaker, &flaky));
        assert_eq!(poll(call.as_mut(), 3), None, "it waits");
    }
    tokio::time::advance(SECOND).await;
    breaker.acquire().expect("the trial is there").success();
    assert_eq!(breaker.state(), Closed);
}

#[test]
fn the_future_is_send_if_the_error_is() {
    #[retry(breaker = SHARED)]
    async fn fetch() -> Result<std::rc::Rc<u32>, Failure> {
        Ok(std::rc::Rc::new(1))
    }

    drop(assert_send(fetch()));
}

#[test]
fn results_that_cannot_be_named_are_refused_too() {
    #[retry(breaker = breaker)]
    fn list(breaker: &CircuitBreaker) -> Result<impl Iterator<Item = u32> + use<>, Failure> {
        Ok([1, 2].into_iter())
    }

    let breaker = third();
    assert_eq!(list(&breaker).map(Iterator::sum::<u32>), Ok(3));
    breaker.force_open();
    assert!(list(&breaker).is_err());
}
