//! Every shape of an async function: fails twice, succeeds on the third attempt.
#![allow(clippy::manual_async_fn, reason = "shapes are what users write, not what clippy would")]

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use reattempt::retry;

use crate::support::{Down, Flaky, assert_send, run};

/// Runs `$call` with a fresh operation that fails twice, and expects the third attempt's value.
macro_rules! third_attempt {
    ($op:ident => $call:expr, $expected:pat) => {{
        let $op = Flaky::failing(2);
        assert!(matches!(run($call), $expected), "{:?}", $op);
        assert_eq!($op.calls(), 3);
    }};
}

/// Somewhere to wait inside an attempt.
async fn tick() {
    tokio::task::yield_now().await;
}

#[retry]
async fn plain(op: &Flaky) -> Result<u32, Down> {
    tick().await;
    op.call()
}

#[retry]
async fn with_question(op: &Flaky) -> Result<u32, Box<dyn std::error::Error>> {
    tick().await;
    let call = op.call()?;
    Ok(call)
}

#[retry]
async fn with_return(op: &Flaky) -> anyhow::Result<u32> {
    if let Ok(call) = op.call() {
        return Ok(call);
    }
    anyhow::bail!("down")
}

#[retry]
async fn with_blocks(op: &Flaky) -> Option<u32> {
    let parsed = async { "1".parse::<u32>().ok() }.await?;
    let nested = async move {
        let parsed: Result<u32, std::num::ParseIntError> = "x".parse::<u32>();
        let parsed = parsed?;
        Ok::<u32, std::num::ParseIntError>(parsed)
    };
    assert!(nested.await.is_err());
    for _ in 0..parsed {
        if op.calls() > 10 {
            break;
        }
    }
    op.call().ok()
}

#[retry(clone(text))]
async fn owned(op: &Flaky, text: String, mut n: u64) -> Result<(String, u64), Down> {
    n += 1;
    let text = text + "!";
    tick().await;
    op.call()?;
    Ok((text, n))
}

#[retry]
async fn exclusive(op: &Flaky, log: &mut Vec<u32>) -> Result<usize, Down> {
    log.push(0);
    tick().await;
    op.call()?;
    Ok(log.len())
}

#[retry]
async fn generic<T, E, F>(value: &T, call: F) -> Result<T, E>
where
    T: Clone,
    F: AsyncFn() -> Result<u32, E>,
{
    call().await?;
    Ok(value.clone())
}

#[retry]
async fn borrowed<'a>(op: &Flaky, text: &'a str) -> Result<&'a str, Down> {
    op.call()?;
    Ok(text)
}

#[retry]
fn returns_a_future(op: &Flaky) -> impl Future<Output = Result<u32, Down>> {
    async move {
        tick().await;
        let call = op.call()?;
        Ok(call)
    }
}

#[retry]
fn returns_after_setup(op: &Flaky, mut n: u32) -> impl Future<Output = Result<u32, Down>> {
    n += 10;
    let offset = n;
    async move {
        n += 1;
        op.call().map(|call| call + n - offset)
    }
}

#[retry]
fn returns_boxed<'a>(op: &'a Flaky) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + 'a>> {
    Box::pin(async move {
        tick().await;
        op.call()
    })
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

trait Boxed: Future + Sized {
    fn boxed<'a>(self) -> BoxFuture<'a, Self::Output>
    where
        Self: 'a,
    {
        Box::pin(self)
    }
}

impl<F: Future> Boxed for F {}

#[retry]
fn returns_by_method(op: &Flaky) -> BoxFuture<'_, Result<u32, Down>> {
    async move { op.call() }.boxed()
}

#[test]
fn free_functions() {
    third_attempt!(op => plain(&op), Ok(3));
    third_attempt!(op => with_question(&op), Ok(3));
    third_attempt!(op => with_return(&op), Ok(3));
    third_attempt!(op => with_blocks(&op), Some(3));
    third_attempt!(op => exclusive(&op, &mut Vec::new()), Ok(3));
    third_attempt!(op => generic(&'v', async || op.call()), Ok('v'));
    third_attempt!(op => borrowed(&op, "text"), Ok("text"));
}

#[test]
fn arguments_are_as_the_caller_passed_them() {
    let op = Flaky::failing(2);
    assert_eq!(run(owned(&op, "a".to_owned(), 1)), Ok(("a!".to_owned(), 2)));
}

#[test]
fn functions_that_return_futures() {
    third_attempt!(op => returns_a_future(&op), Ok(3));
    third_attempt!(op => returns_after_setup(&op, 5), Ok(4));
    third_attempt!(op => returns_boxed(&op), Ok(3));
    third_attempt!(op => returns_by_method(&op), Ok(3));
}

#[derive(Clone, Debug)]
struct Client<'a> {
    op: &'a Flaky,
    seen: u32,
}

impl Client<'_> {
    #[retry]
    async fn shared(&self) -> Result<u32, Down> {
        tick().await;
        self.op.call()
    }

    #[retry]
    async fn exclusive(&mut self) -> Result<u32, Down> {
        self.seen += 1;
        tick().await;
        self.op.call()?;
        Ok(self.seen)
    }

    #[retry(clone(self))]
    async fn by_value(mut self) -> Result<Self, Down> {
        self.seen += 1;
        self.op.call()?;
        Ok(self)
    }

    #[retry(clone(self))]
    fn future_by_value(self) -> impl Future<Output = Result<u32, Down>> {
        async move {
            let Client { op, seen } = self;
            op.call()?;
            Ok(seen)
        }
    }

    #[retry]
    fn future_shared(&self) -> impl Future<Output = Result<u32, Down>> + '_ {
        async move { self.op.call() }
    }

    #[retry]
    fn boxed_exclusive(&mut self) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + '_>> {
        Box::pin(async move {
            self.seen += 1;
            let call = self.op.call()?;
            Ok(call + self.seen)
        })
    }
}

#[test]
fn methods() {
    third_attempt!(op => Client { op: &op, seen: 0 }.shared(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.exclusive(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.by_value(), Ok(Client { seen: 1, .. }));
    third_attempt!(op => Client { op: &op, seen: 7 }.future_by_value(), Ok(7));
    third_attempt!(op => Client { op: &op, seen: 0 }.future_shared(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.boxed_exclusive(), Ok(6));
}

#[allow(async_fn_in_trait, reason = "a trait of the tests' own")]
trait Service {
    async fn required(&self) -> Result<u32, Down>;

    #[retry]
    async fn provided(&self) -> Result<u32, Down> {
        let call = self.required().await?;
        Ok(call)
    }

    fn future(&self) -> impl Future<Output = Result<u32, Down>>;
}

struct Once<'a>(&'a Flaky);

impl Service for Once<'_> {
    async fn required(&self) -> Result<u32, Down> {
        self.0.call()
    }

    #[retry]
    fn future(&self) -> impl Future<Output = Result<u32, Down>> {
        async { self.0.call() }
    }
}

impl Service for Client<'_> {
    #[retry]
    async fn required(&self) -> Result<u32, Down> {
        self.op.call()
    }

    #[retry]
    async fn future(&self) -> Result<u32, Down> {
        self.op.call()
    }
}

#[test]
fn trait_methods() {
    third_attempt!(op => Once(&op).provided(), Ok(3));
    third_attempt!(op => Once(&op).future(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.required(), Ok(3));
    third_attempt!(op => Client { op: &op, seen: 0 }.future(), Ok(3));
}

/// An error that cannot move between threads.
#[derive(Debug)]
struct Local(#[expect(dead_code, reason = "its type matters")] Rc<()>);

#[retry]
async fn fails_locally(calls: &AtomicU32) -> Result<u32, Local> {
    let call = calls.fetch_add(1, Ordering::Relaxed) + 1;
    if call < 3 { Err(Local(Rc::new(()))) } else { Ok(call) }
}

#[retry(name = "call {calls:?}")]
async fn fails_locally_with_question(calls: &AtomicU32) -> Result<u32, Local> {
    tick().await;
    let error = || Local(Rc::new(()));
    let call = calls.fetch_add(1, Ordering::Relaxed) + 1;
    let call = (call >= 3).then_some(call).ok_or_else(error)?;
    Ok(call)
}

#[test]
fn a_future_stays_send_with_an_error_that_is_not() {
    let calls = AtomicU32::new(0);
    assert_eq!(run(assert_send(fails_locally(&calls))).ok(), Some(3));
    let calls = AtomicU32::new(0);
    assert_eq!(run(assert_send(fails_locally_with_question(&calls))).ok(), Some(3));
}

#[retry]
async fn not_sync(op: &RefCell<Flaky>, shared: Rc<()>) -> Result<u32, Down> {
    tick().await;
    assert_eq!(Rc::strong_count(&shared), 1);
    op.borrow().call()
}

#[test]
fn neither_send_nor_sync_is_asked_for() {
    assert_eq!(run(not_sync(&RefCell::new(Flaky::failing(2)), Rc::new(()))), Ok(3));
}

#[retry]
async fn recursive(op: &Flaky, depth: u32) -> Result<u32, Down> {
    if depth == 0 { op.call() } else { Box::pin(recursive(op, depth - 1)).await }
}

#[test]
fn recursion() {
    third_attempt!(op => recursive(&op, 3), Ok(3));
}

#[retry]
async fn impl_trait_inside(op: &Flaky) -> Result<impl Debug + use<>, Down> {
    tick().await;
    let call = op.call()?;
    Ok([call])
}

#[test]
fn impl_trait_in_the_return_type() {
    let op = Flaky::failing(2);
    assert_eq!(format!("{:?}", run(impl_trait_inside(&op)).unwrap()), "[3]");
}
