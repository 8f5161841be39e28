//! A throttle in the loop.

use std::cell::Cell;
use std::time::Duration;

use reattempt::{GiveUpReason, RetryError, Retryable, Throttle, Throttled, retry, testing};

use crate::support::{Flaky, finish};

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    Throttled(String),
    Down(u32),
    Wrong,
}

impl From<Throttled> for Failure {
    fn from(throttled: Throttled) -> Self {
        Failure::Throttled(throttled.name().to_owned())
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

fn throttle() -> Throttle {
    Throttle::new().name("search").window(Duration::from_secs(1000))
}

#[retry(max = 3, jitter = none, throttle = throttle)]
fn fetch(throttle: &Throttle, flaky: &Flaky) -> Result<u32, Failure> {
    call(flaky)
}

#[retry(max = 3, jitter = none, throttle = throttle)]
async fn fetch_async(throttle: &Throttle, flaky: &Flaky) -> Result<u32, Failure> {
    call(flaky)
}

#[test]
fn a_server_that_rejects_everything_gets_few_requests() {
    for is_async in [false, true] {
        let guard = testing::no_wait();
        guard.seed(7);
        let (throttle, flaky) = (throttle(), Flaky::broken());
        let call = || {
            if is_async { finish(fetch_async(&throttle, &flaky)) } else { fetch(&throttle, &flaky) }
        };
        let calls = (0..100).map(|_| call());
        let refused = calls.filter(|end| *end == Err(Failure::Throttled("search".to_owned()))).count();
        assert!((80..95).contains(&refused), "{refused}");
        assert!(flaky.calls() < 35, "{}", flaky.calls());
        assert!(throttle.refusal_probability() > 0.89);
    }
}

#[test]
fn the_wrapped_error_of_a_refused_call_has_no_last_error() {
    #[retry(throttle = throttle, error = Failure, on_give_up = |event| told.set((event.attempt(), event.error().is_none())))]
    fn fetch(throttle: &Throttle, told: &Cell<(u32, bool)>) -> Result<u32, RetryError<Failure>> {
        unreachable!("the throttle refuses the call")
    }

    let guard = testing::no_wait();
    guard.seed(7);
    let (throttle, told) = (throttle(), Cell::new((9, false)));
    for _ in 0..20 {
        if let Ok(pass) = throttle.acquire() {
            pass.rejected();
        }
    }
    let error = fetch(&throttle, &told).unwrap_err();
    assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::Throttled, 0, None));
    assert_eq!(told.get(), (0, true));
}
