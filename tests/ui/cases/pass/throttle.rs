#![deny(warnings)]

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex};

use reattempt::{CircuitBreaker, CircuitOpen, RetryBudget, RetryError, Throttle, Throttled, retry};

static THROTTLE: Throttle = Throttle::new().name("search").k(1.5);
static BREAKER: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new().earn_on_success();
static LAZY: LazyLock<Arc<Throttle>> = LazyLock::new(Default::default);

#[derive(Debug)]
struct Failed;

impl From<Throttled> for Failed {
    fn from(_: Throttled) -> Self {
        Failed
    }
}

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Self {
        Failed
    }
}

#[retry(throttle = THROTTLE)]
fn statics() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(budget = BUDGET, breaker = BREAKER, throttle = LAZY)]
async fn all_three() -> Result<u32, Failed> {
    Err(Failed)?
}

#[retry(throttle = None::<&Throttle>)]
fn options() -> Option<u32> {
    Some(1)
}

#[retry(throttle = throttle)]
fn in_a_box(throttle: Box<Rc<Throttle>>) -> std::io::Result<u32> {
    Ok(1)
}

#[retry(throttle = THROTTLE, error = std::fmt::Error)]
fn wrapped() -> Result<u32, RetryError<std::fmt::Error>> {
    Err(std::fmt::Error)
}

#[retry(throttle = THROTTLE, error = E, attempt = n, on_retry = |_| println!("{n}"), fallback = |_| Ok(T::default()))]
async fn with_all<T: Default, E: From<Throttled>>(value: fn() -> Result<T, E>) -> Result<T, E> {
    value()
}

#[retry(throttle = THROTTLE)]
fn generic<T, E: From<Throttled>>(value: fn() -> Result<T, E>) -> Result<T, E> {
    value()
}

#[retry(throttle = THROTTLE)]
fn future(budget: u32) -> impl Future<Output = Result<u32, Failed>> {
    let throttle = budget;
    async move { Ok(throttle) }
}

#[retry(throttle = THROTTLE, call = c, cancel = std::future::pending::<()>(), attempt_timeout = "1s", hedge = "50ms")]
async fn controlled() -> std::io::Result<u32> {
    Ok(c.attempt())
}

/// An error that does not move between threads.
struct Local(#[expect(dead_code, reason = "it is not `Send`")] Rc<u32>);

impl From<Throttled> for Local {
    fn from(_: Throttled) -> Self {
        Local(Rc::new(1))
    }
}

#[retry(throttle = THROTTLE, on_retry = |_| {}, retry_ok = |value| *value == 0)]
async fn local() -> Result<u32, Local> {
    Err(Local(Rc::new(2)))
}

#[derive(Clone)]
struct Client {
    throttles: Arc<Mutex<HashMap<String, Arc<Throttle>>>>,
    own: Arc<Throttle>,
}

#[retry(throttle = self.own)]
impl Client {
    #[retry(throttle = self.throttles.lock().unwrap().entry(host.to_owned()).or_default().clone())]
    async fn get(&self, host: &str) -> Result<u32, Failed> {
        let shared = host.len() as u32;
        if shared > 0 {
            return Ok(shared);
        }
        Err(Failed)
    }

    #[retry(max = 1)]
    fn once(&self) -> Result<u32, Failed> {
        Ok(1)
    }

    #[retry(throttle = self.own.clone(), clone(self))]
    fn into_value(self) -> Result<u32, Failed> {
        Ok(1)
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let _guard = reattempt::testing::no_wait();
    let _ = (statics(), options(), in_a_box(Default::default()), wrapped(), generic(statics));
    let client = || Client { throttles: Arc::default(), own: Arc::default() };
    let shared = client();
    drop((assert_send(all_three()), assert_send(with_all(statics)), assert_send(future(1))));
    drop((assert_send(shared.get("a")), assert_send(controlled()), assert_send(local())));
    let _ = (shared.once(), client().into_value());
}
