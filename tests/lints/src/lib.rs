//! Functions of every shape under every kind of argument, with `#[retry]` or without.
//!
//! What an attribute names is here in both cases, so that nothing but the attribute differs.

#![cfg_attr(not(clippy), allow(unused))]

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::process;

#[cfg(feature = "retried")]
use reattempt::retry;
use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, GiveUpEvent, Hedge, RetryBudget, RetryError, RetryEvent,
    SuccessEvent, Throttle, Throttled,
};

pub static BUDGET: RetryBudget = RetryBudget::new();
pub static BREAKER: CircuitBreaker = CircuitBreaker::new();
pub static THROTTLE: Throttle = Throttle::new();
pub static HEDGE: Hedge = Hedge::after(std::time::Duration::from_millis(50));

/// An error.
#[derive(Debug, Clone)]
pub enum Failure {
    Busy,
    Status(u16),
    Io(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        return Self::Busy;
    }
}

impl From<Throttled> for Failure {
    fn from(_: Throttled) -> Self {
        Self::Busy
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Self {
        Self::Busy
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

fn call(n: u32) -> Result<u32, Failure> {
    match n {
        0 => Err(Failure::Busy),
        1 => Err(Failure::Status(503)),
        n => Ok(n),
    }
}

async fn call_async(n: u32) -> Result<u32, Failure> {
    std::future::ready(()).await;
    call(n)
}

#[cfg_attr(feature = "retried", retry)]
pub fn plain(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry)]
pub fn returns(n: u32) -> Result<u32, Failure> {
    return call(n);
}

#[cfg_attr(feature = "retried", retry(max = 5, base = "10ms", factor = 2, max_delay = "1s", jitter = full, deadline = "5s"))]
pub fn question_mark(n: u32) -> Result<u32, Failure> {
    let first = call(n)?;
    Ok(first + 1)
}

#[cfg_attr(feature = "retried", retry)]
pub fn leaves() -> Option<u32> {
    process::exit(1)
}

#[cfg_attr(feature = "retried", retry)]
pub fn endless() -> Result<Infallible, Failure> {
    loop {}
}

#[cfg_attr(feature = "retried", retry)]
pub fn unwraps(n: Option<u32>) -> Option<u32> {
    Some(n.unwrap())
}

#[cfg_attr(feature = "retried", retry)]
pub fn macros(n: u32) -> Result<u32, Failure> {
    println!("{n}");
    assert!(n > 1);
    if n == 3 {
        todo!()
    }
    Ok(n)
}

#[cfg_attr(feature = "retried", retry(clone(text)))]
pub fn mutable(mut text: String, mut n: u32) -> Result<usize, Failure> {
    n += 1;
    text.push('x');
    return Ok(text.len() + n as usize);
}

#[cfg_attr(feature = "retried", retry(clone(text, list)))]
pub fn cloned(text: String, list: Vec<u8>, x: u32) -> Result<Vec<u8>, Failure> {
    let text = text + "x";
    call(x)?;
    drop(text);
    Ok(list)
}

#[cfg_attr(feature = "retried", retry(clone(text)))]
pub fn unused(text: String, mut n: u32, _x: u32) -> Result<u32, Failure> {
    call(3)
}

#[cfg_attr(feature = "retried", retry)]
pub fn borrows(text: String, list: &Vec<u8>, out: &mut Vec<u8>) -> Result<usize, Failure> {
    Ok(text.len() + list.len() + out.len())
}

#[cfg_attr(feature = "retried", retry)]
pub fn writes(mut out: &mut dyn io::Write, (mut a, b): (u32, u32)) -> io::Result<()> {
    a += b;
    out.write_all(a.to_string().as_bytes())?;
    out.flush()
}

#[cfg_attr(feature = "retried", retry(clone(_id)))]
pub fn underscore(_id: String) -> Result<usize, Failure> {
    Ok(_id.len())
}

#[cfg_attr(feature = "retried", retry)]
pub fn attributes(#[allow(unused_mut)] mut n: u32, #[cfg(any())] mut m: u64) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(on = [Failure::Busy, Failure::Status(500..=599)], name = "select {n}"))]
pub fn patterns(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(on = Failure::Busy | Failure::Status(_) | Failure::Io(_), unless = Failure))]
pub fn exhaustive(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(on = io::Error, when = is_busy))]
pub fn boxed(n: u32) -> Result<u32, Box<dyn std::error::Error>> {
    Ok(call(n)?)
}

pub fn is_busy(error: &Box<dyn std::error::Error>) -> bool {
    error.source().is_none()
}

pub fn log_retry(event: &RetryEvent<'_, Failure>) {
    let _ = event.delay();
}

pub fn log_give_up(event: &GiveUpEvent<'_, Failure>) {
    let _ = event.reason();
}

#[cfg_attr(feature = "retried", retry(on_retry = log_retry, on_give_up = log_give_up, retry_ok = is_small))]
pub fn hooks(n: u32) -> Result<u32, Failure> {
    call(n)
}

pub fn is_small(n: &u32) -> bool {
    *n < 3
}

#[cfg_attr(feature = "retried", retry(budget = BUDGET, breaker = BREAKER, within = "10m"))]
pub fn shared(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(fallback = last_value, on_retry = log_retry))]
pub fn falls_back(n: u32) -> Result<u32, Failure> {
    call(n)
}

pub fn last_value(_: Failure) -> Result<u32, Failure> {
    Ok(0)
}

/// Turns an error into that of the body, which differs under `error`.
pub fn convert<E>(error: Failure) -> E {
    drop(error);
    process::exit(1)
}

#[cfg_attr(feature = "retried", retry(error = Failure))]
pub fn wrapped(n: u32) -> Result<u32, RetryError<Failure>> {
    call(n).map_err(convert)
}

#[cfg_attr(feature = "retried", retry(policy = policy(n), env = "LINTS", attempt = _attempt))]
pub fn policies(n: u32) -> Result<u32, Failure> {
    call(n)
}

pub fn policy(n: u32) -> reattempt::Policy {
    reattempt::Policy::new().max(n)
}

#[cfg_attr(feature = "retried", retry(max = N))]
pub fn generic<const N: u32, T: fmt::Display + Clone>(value: T) -> Result<String, Failure> {
    call(N)?;
    Ok(value.to_string())
}

#[cfg_attr(feature = "retried", retry)]
pub fn type_of_result(
    n: u32,
) -> std::result::Result<(u32, Vec<Option<Box<u32>>>), std::boxed::Box<dyn std::error::Error + Send + Sync>> {
    let (a, b) = (call(n)?, n);
    Ok((a, vec![Some(Box::new(b))]))
}

#[cfg_attr(feature = "retried", retry)]
pub fn large_error(n: u32) -> Result<u32, [u64; 40]> {
    let n = call(n).map_err(|_| [0; 40])?;
    return Ok(n);
}

#[cfg_attr(feature = "retried", retry)]
pub fn opaque(n: u32) -> Result<impl fmt::Display, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry)]
pub async fn asynchronous(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(clone(text), attempt_timeout = "1s", name = "{n} {text}"))]
pub async fn asynchronous_mutable(mut text: String, mut n: u32) -> Result<usize, Failure> {
    n += call_async(n).await?;
    text.push('x');
    return Ok(text.len() + n as usize);
}

#[cfg_attr(feature = "retried", retry(on_retry = log_retry, on_give_up = log_give_up, fallback = last_value))]
pub async fn asynchronous_hooks(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(budget = BUDGET, breaker = BREAKER, error = Failure, attempt_timeout = "1s"))]
pub async fn asynchronous_shared(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry)]
pub fn future(n: u32) -> impl Future<Output = Result<u32, Failure>> {
    async move { call_async(n).await }
}

#[cfg_attr(feature = "retried", retry)]
pub fn boxed_future(n: u32, text: String) -> Pin<Box<dyn Future<Output = Result<usize, Failure>>>> {
    let text = text + "x";
    Box::pin(async move {
        call_async(n).await?;
        return Ok(text.len());
    })
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: u32,
    text: String,
}

#[cfg_attr(feature = "retried", retry(max = 4, base_ms = 10))]
impl Client {
    pub fn get(&self) -> Result<u32, Failure> {
        call(self.id)
    }

    pub fn set(&mut self, id: u32) -> Result<u32, Failure> {
        self.id = call(id)?;
        return Ok(self.id);
    }

    pub async fn get_async(&self, text: &str) -> Result<usize, Failure> {
        call_async(self.id).await?;
        Ok(text.len() + self.text.len())
    }
}

impl Client {
    #[cfg_attr(feature = "retried", retry(clone(self)))]
    pub fn close(mut self) -> Result<String, Failure> {
        self.id += 1;
        call(self.id)?;
        Ok(self.text)
    }
}

/// A trait.
#[async_trait::async_trait]
pub trait Fetch {
    async fn fetch(&self, mut n: u32, text: String) -> Result<usize, Failure>;
}

#[async_trait::async_trait]
impl Fetch for Client {
    #[cfg_attr(feature = "retried", retry(clone(text)))]
    async fn fetch(&self, mut n: u32, text: String) -> Result<usize, Failure> {
        n += 1;
        call_async(n + self.id).await?;
        Ok(text.len())
    }
}

/// As complex as Clippy lets a function be.
#[cfg_attr(feature = "retried", retry(on_retry = log_retry, retry_ok = is_small, within = "10m", max = 3))]
pub fn complex(n: u32) -> Result<u32, Failure> {
    if n == 2 || n == 3 || n == 4 || n == 5 || n == 6 || n == 7 || n == 8 || n == 9 || n == 10 || n == 11 {
        call(n)
    } else if n == 12 {
        call(1)
    } else if n == 13 {
        call(2)
    } else if n == 14 {
        call(3)
    } else if n == 15 {
        call(4)
    } else if n == 16 {
        call(5)
    } else if n == 17 {
        call(6)
    } else if n == 18 {
        call(7)
    } else if n == 19 {
        call(8)
    } else if n == 20 {
        call(9)
    } else if n == 21 {
        call(10)
    } else if n == 22 {
        call(11)
    } else if n == 23 {
        call(12)
    } else if n == 24 {
        call(13)
    } else if n == 25 {
        call(14)
    } else if n == 26 {
        call(15)
    } else if n == 27 {
        call(16)
    } else if n == 28 {
        call(17)
    } else if n == 29 {
        call(18)
    } else if n == 30 {
        call(19)
    } else if n == 31 {
        call(20)
    } else if n == 32 {
        call(21)
    } else if n == 33 {
        call(22)
    } else if n == 34 {
        call(23)
    } else {
        call(24)
    }
}

/// A sleep.
pub fn sleep(delay: std::time::Duration) {
    std::thread::park_timeout(delay);
}

/// An asynchronous sleep.
pub async fn sleep_async(delay: std::time::Duration) {
    std::future::ready(delay).await;
}

/// A hint.
pub fn hint(error: &Failure) -> Option<std::time::Duration> {
    match error {
        Failure::Busy => Some(std::time::Duration::from_secs(1)),
        _ => None,
    }
}

#[cfg_attr(feature = "retried", retry(sleep = sleep, retry_after = hint, jitter = spread(0.1), backoff = linear))]
pub fn sleeps(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(sleep = sleep_async, retry_after = hint, attempt_timeout_ms = 100, crate = reattempt))]
pub async fn sleeps_async(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(clone(name, rest)))]
pub fn in_patterns(Client { text: mut name, id }: Client, (first, rest): (u32, Vec<u32>)) -> Option<usize> {
    name.push('x');
    let sum: u32 = rest.iter().sum();
    drop(rest);
    Some(name.len() + (sum + id + first) as usize)
}

#[cfg_attr(feature = "retried", retry)]
pub fn pinned(self_: &mut Client, mut other: Pin<&mut Client>) -> Result<u32, Failure> {
    self_.id += 1;
    other.set(self_.clone());
    call(other.id)?;
    Ok(1)
}

#[cfg_attr(feature = "retried", retry)]
pub fn shared_closure(operation: &mut impl FnMut() -> Result<u32, Failure>) -> Result<u32, Failure> {
    operation()
}

#[cfg_attr(feature = "retried", retry)]
pub fn leaves_late(n: u32) -> Result<u32, Failure> {
    if n == 0 {
        return Err(Failure::Busy);
    }
    let Some(n) = n.checked_sub(1) else { return Err(Failure::Busy) };
    process::exit(n as i32)
}

/// An error that reports whether it is retryable.
#[derive(Debug)]
#[cfg_attr(feature = "retried", derive(reattempt::Retryable))]
pub enum Derived {
    #[cfg_attr(feature = "retried", retryable)]
    Busy,
    #[cfg_attr(feature = "retried", retryable(after = 0))]
    Wait(std::time::Duration),
    #[cfg_attr(feature = "retried", retryable(delegate))]
    Wrapped(Box<Derived>),
}

#[cfg_attr(feature = "retried", retry(clone(n, text, plain)))]
pub fn cloned_without_need(n: u32, text: Option<&str>, mut plain: u32) -> Result<usize, Failure> {
    plain += n;
    Ok(plain as usize + text.map_or(0, str::len))
}

#[cfg_attr(feature = "retried", retry(clone(x, y)))]
pub fn behind_references(&x: &u32, &(mut y): &u32, ref z: String) -> Result<usize, Failure> {
    y += x;
    Ok(y as usize + z.len())
}

#[cfg_attr(feature = "retried", retry)]
pub async fn leaves_async() -> Option<u32> {
    process::exit(1)
}

#[cfg_attr(feature = "retried", retry(on_retry = log_retry, fallback = no_value, breaker = BREAKER))]
pub fn unit(n: u32) -> Result<(), Failure> {
    let _ = call(n)?;
    Ok(())
}

/// The value of a fallback.
pub fn no_value(_: Failure) -> Result<(), Failure> {
    Ok(())
}

#[cfg_attr(feature = "retried", retry(on_retry = log_retry, fallback = no_value))]
pub async fn unit_async(n: u32) -> Result<(), Failure> {
    let _ = call_async(n).await?;
    Ok(())
}

#[cfg_attr(feature = "retried", retry(retry_ok = is_unit, error = Failure))]
pub fn unit_or_error(n: u32) -> Result<(), RetryError<Failure>> {
    call(n).map(drop).map_err(convert)
}

/// A predicate.
pub fn is_unit(_: &()) -> bool {
    true
}

/// Reads through a pointer.
///
/// # Safety
/// The pointer is valid.
#[cfg_attr(feature = "retried", retry)]
pub unsafe fn reads(pointer: *const u32) -> Result<u32, Failure> {
    let n = unsafe { *pointer };
    call(n)?;
    call(*pointer)
}

#[cfg_attr(feature = "retried", retry)]
pub fn last_temporary(lines: &std::sync::Mutex<Vec<u32>>) -> Option<u32> {
    lines.lock().ok()?.pop().filter(|line| *line > 1)
}

#[cfg_attr(feature = "retried", retry)]
pub fn borrowed(text: &std::cell::RefCell<String>) -> Result<std::cell::Ref<String>, Failure> {
    if let Ok(text) = text.try_borrow() { Ok(text) } else { Err(Failure::Busy) }
}

#[cfg_attr(feature = "retried", retry(clone(list, text)))]
pub fn used_before_the_future(
    mut n: u32,
    #[allow(unused_mut)] mut list: Vec<u32>,
    text: String,
) -> impl Future<Output = Result<usize, Failure>> {
    n += list.len() as u32;
    let length = text.len();
    async move {
        call_async(n).await?;
        Ok(length)
    }
}

#[cfg_attr(feature = "retried", retry(call = handle, restart_after = "2m", log = debug))]
pub fn handled(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(call = handle, on_retry = log_retry, log_after = 2))]
pub async fn handled_async(n: u32) -> Result<u32, Failure> {
    let n = call_async(n).await?;
    Ok(n + 1)
}

#[cfg_attr(feature = "retried", retry(call = handle, budget = BUDGET, breaker = BREAKER, error = Failure, on_success = told))]
pub fn handled_and_shared(n: u32) -> Result<u32, RetryError<Failure>> {
    call(n).map_err(convert)
}

#[cfg_attr(feature = "retried", retry(throttle = THROTTLE))]
#[must_use]
pub fn throttled(n: u32) -> Option<u32> {
    call(n).ok()
}

#[cfg_attr(feature = "retried", retry(throttle = THROTTLE, on_retry = log_retry, error = Failure))]
pub async fn throttled_async(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry(throttle = THROTTLE, breaker = BREAKER, budget = BUDGET, retry_ok = is_zero))]
pub async fn throttled_poll(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(cancel = is_over, delay = own_delay, on_success = told))]
pub fn cancelled(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(cancel = is_over, sleep = pause, retry_ok = is_zero, retry_after_ok = no_wait))]
#[must_use]
pub fn cancelled_poll(n: u32) -> Option<u32> {
    call(n).ok()
}

#[cfg_attr(feature = "retried", retry(cancel = forever(), restart_after = limit, on_success = told_later))]
pub async fn cancelled_async(n: u32, limit: std::time::Duration) -> Result<u32, Failure> {
    let n = call_async(n).await?;
    let limit = limit.subsec_nanos();
    Ok(n + limit)
}

#[cfg_attr(feature = "retried", retry(cancel = forever(), breaker = BREAKER, budget = BUDGET, error = Failure, attempt_timeout = "1s"))]
pub async fn cancelled_and_shared(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry(delays = ["1s", "2s"], hint = exact, max_hint = "1m"))]
pub async fn listed(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(delay = own_delay, max_delay = "10s"))]
pub async fn delayed(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

/// Ends a call.
pub fn is_over(limit: std::time::Duration) -> bool {
    limit.is_zero()
}

/// Computes a delay.
pub fn own_delay(_: &Failure, attempt: u32) -> std::time::Duration {
    std::time::Duration::from_secs(u64::from(attempt))
}

/// Is told of a success.
pub fn told(_: &SuccessEvent<'_>) {}

/// Is told of a success, and waits.
pub async fn told_later(event: &SuccessEvent<'_>) {
    std::future::ready(()).await;
    told(event);
}

/// Never ends.
pub fn forever() -> impl Future<Output = ()> {
    std::future::pending()
}

/// Reads no wait from a value.
pub fn no_wait(_: &u32) -> Option<std::time::Duration> {
    None
}

/// Waits for nothing.
pub fn pause(_: std::time::Duration) {}

/// Refuses zero.
pub fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// A rule of what is a failure for the breaker.
pub const fn is_down(outcome: Result<&u32, &Failure>) -> bool {
    matches!(outcome, Ok(500..))
}

#[cfg_attr(feature = "retried", retry(breaker = BREAKER, breaker_failure = is_down))]
pub fn judged(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(breaker = BREAKER, breaker_failure = is_down, retry_ok = is_zero))]
pub async fn judged_async(n: u32) -> Result<u32, Failure> {
    let n = call_async(n).await?;
    Ok(n + 1)
}

#[cfg_attr(feature = "retried", retry(breaker = BREAKER, breaker_failure = is_down, error = Failure, attempt_timeout = "1s"))]
pub async fn judged_and_wrapped(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry(hedge = "50ms"))]
pub async fn hedged(n: u32, text: &str) -> Result<usize, Failure> {
    let n = call_async(n).await?;
    Ok(text.len() + n as usize)
}

#[cfg_attr(feature = "retried", retry(hedge_ms = 50, when = |error| matches!(error, Failure::Busy), retry_ok = is_zero, name = "hedged {n}"))]
pub async fn hedged_poll(n: u32) -> Result<u32, Failure> {
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(hedge = HEDGE, clone(text), sleep = sleep_async, on_retry = log_retry, fallback = last_value))]
pub async fn hedged_cloned(mut text: String, mut n: u32) -> Result<u32, Failure> {
    text.push('x');
    n += 1;
    if text.len() > 3 {
        return Err(Failure::Busy);
    }
    call_async(n).await
}

#[cfg_attr(feature = "retried", retry(hedge = HEDGE, breaker = BREAKER, breaker_failure = is_down, throttle = THROTTLE, budget = BUDGET, error = Failure, attempt_timeout = "1s"))]
pub async fn hedged_and_shared(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry(hedge = HEDGE, restart_after = "2m", deadline = "5s"))]
pub async fn hedged_option(n: Option<u32>) -> Option<u32> {
    std::future::ready(()).await;
    Some(n.unwrap())
}

#[cfg_attr(feature = "retried", retry(hedge = HEDGE))]
pub fn hedged_future(n: u32, text: &str) -> impl Future<Output = Result<usize, Failure>> {
    async move { Ok(text.len() + call_async(n).await? as usize) }
}

#[cfg_attr(feature = "retried", retry(span))]
pub fn traced(n: u32) -> Result<u32, Failure> {
    call(n)
}

#[cfg_attr(feature = "retried", retry(span, name = "traced {text}", on_retry = log_retry, sleep = sleep_async))]
pub async fn traced_async(n: u32, text: &str) -> Result<usize, Failure> {
    Ok(text.len() + call_async(n).await? as usize)
}

#[cfg_attr(feature = "retried", retry(span, hedge = HEDGE, breaker = BREAKER, attempt_timeout = "1s", error = Failure))]
pub async fn traced_copies(n: u32) -> Result<u32, RetryError<Failure>> {
    call_async(n).await.map_err(convert)
}

#[cfg_attr(feature = "retried", retry(span))]
pub fn item_first(n: u32) -> Result<u32, Failure> {
    const ONE: u32 = 1;
    call(n.max(ONE))
}

#[cfg_attr(feature = "retried", retry(attempt_timeout = "1s"))]
pub async fn item_first_async(n: u32) -> Result<u32, Failure> {
    const ONE: u32 = 1;
    call_async(n.max(ONE)).await
}

/// A client whose requests are hedged.
#[derive(Debug)]
pub struct Hedger {
    pub id: u32,
}

#[cfg_attr(feature = "retried", retry(hedge = HEDGE, within = "10m"))]
impl Hedger {
    /// Gets.
    pub async fn get_hedged(&self, text: &str) -> Result<usize, Failure> {
        call_async(self.id).await?;
        Ok(text.len())
    }

    /// Gets by an owned client.
    pub async fn into_hedged(self, text: String) -> Result<usize, Failure> {
        call_async(self.id).await?;
        return Ok(text.len());
    }
}
