#![deny(warnings)]

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex};

use reattempt::{CircuitBreaker, CircuitOpen, RetryBudget, RetryError, retry};

static BREAKER: CircuitBreaker = CircuitBreaker::new();
static BUDGET: RetryBudget = RetryBudget::new();
static LAZY: LazyLock<Arc<CircuitBreaker>> = LazyLock::new(Default::default);

#[derive(Debug)]
struct Failed;

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Self {
        Failed
    }
}

#[retry(budget = BUDGET, breaker = BREAKER)]
fn statics() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(budget = &BUDGET, breaker = LAZY)]
async fn references() -> Result<u32, Failed> {
    Err(Failed)?
}

#[retry(budget = Some(&BUDGET), breaker = None::<&CircuitBreaker>)]
fn options() -> Option<u32> {
    Some(1)
}

#[retry(breaker = breaker)]
fn in_a_box(breaker: Box<Rc<CircuitBreaker>>) -> std::io::Result<u32> {
    Ok(1)
}

#[retry(breaker = BREAKER, error = std::fmt::Error)]
fn wrapped() -> Result<u32, RetryError<std::fmt::Error>> {
    Err(std::fmt::Error)
}

#[retry(breaker = BREAKER, error = E, attempt = n, on_retry = |_| println!("{n}"), fallback = |_| Ok(T::default()))]
async fn with_all<T: Default, E: From<CircuitOpen>>(value: fn() -> Result<T, E>) -> Result<T, E> {
    value()
}

fn is_failure<T, E>(outcome: Result<&T, &E>) -> bool {
    outcome.is_err()
}

#[retry(breaker = BREAKER, breaker_failure = is_failure)]
fn by_rule() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(breaker = BREAKER, breaker_failure = |outcome| outcome.is_ok_and(|value| *value > limit))]
async fn by_closure(limit: u32) -> Result<u32, Failed> {
    Ok(limit)
}

#[retry(breaker = BREAKER)]
fn generic<T, E: From<CircuitOpen>>(value: fn() -> Result<T, E>) -> Result<T, E> {
    value()
}

#[retry(breaker = BREAKER)]
fn future(budget: u32) -> impl Future<Output = Result<u32, Failed>> {
    let breaker = budget;
    async move { Ok(breaker) }
}

#[derive(Clone)]
struct Client {
    breakers: Arc<Mutex<HashMap<String, Arc<CircuitBreaker>>>>,
    budget: Arc<RetryBudget>,
}

#[retry(budget = self.budget)]
impl Client {
    #[retry(breaker = self.breakers.lock().unwrap().entry(host.to_owned()).or_default().clone())]
    async fn get(&self, host: &str) -> Result<u32, Failed> {
        let shared = host.len() as u32;
        if shared > 0 {
            return Ok(shared);
        }
        Err(Failed)
    }

    #[retry(max = 1, breaker = BREAKER)]
    fn once(&self) -> Result<u32, Failed> {
        Ok(1)
    }

    #[retry(budget = self.budget.clone(), clone(self))]
    fn into_value(self) -> Result<u32, Failed> {
        Ok(1)
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn main() {
    let _guard = reattempt::testing::no_wait();
    let _ = (statics(), options(), in_a_box(Default::default()), wrapped(), generic(statics), by_rule());
    let client = || Client { breakers: Arc::default(), budget: Arc::default() };
    let shared = client();
    drop((assert_send(references()), assert_send(by_closure(1)), assert_send(with_all(statics)), assert_send(future(1))));
    drop(assert_send(shared.get("a")));
    let _ = (shared.once(), client().into_value());
}
