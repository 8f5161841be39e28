#![deny(warnings)]

use std::cell::Cell;
use std::pin::Pin;

use reattempt::{GiveUpEvent, RetryEvent, retry};

fn told(event: &RetryEvent<'_, String>) {
    let _ = event.error();
}

fn gave_up(event: &GiveUpEvent<'_, String>) {
    let _ = event.reason();
}

fn told_any<E>(event: &RetryEvent<'_, E>) {
    let _ = event.error();
}

fn gave_up_any<E: std::fmt::Debug>(event: &GiveUpEvent<'_, E>) {
    let _ = format!("{:?}", event.error());
}

async fn told_later(event: &RetryEvent<'_, String>) {
    let _ = event.delay();
}

async fn gave_up_later<E>(event: &GiveUpEvent<'_, E>) {
    let _ = event.attempt();
}

fn told_boxed<'a>(event: &'a RetryEvent<'_, String>) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
    Box::pin(async move {
        let _ = event.elapsed();
    })
}

const HOOK: fn(&RetryEvent<'_, String>) = told;

#[retry(on_retry = told, on_give_up = gave_up)]
fn by_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = told_any, on_give_up = gave_up_any)]
fn by_generic_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = self::told_any::<String>, on_give_up = crate::gave_up_any::<String>)]
fn by_full_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = HOOK)]
fn by_constant() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event| told(event), on_give_up = |event| gave_up(event))]
fn by_closure() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event: &RetryEvent<'_, String>| told(event), on_give_up = |_: &GiveUpEvent<'_, _>| ())]
fn by_typed_closure() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |_| {}, on_give_up = move |_| {})]
fn by_block() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event| calls.set(event.attempt()), on_give_up = |event| calls.set(event.attempt()))]
fn by_closure_over_argument(calls: &Cell<u32>) -> Result<u32, String> {
    Ok(calls.get())
}

#[retry(on_retry = hook)]
fn by_argument(hook: fn(&RetryEvent<'_, String>)) -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = &hook)]
fn by_generic_argument<H: Fn(&RetryEvent<'_, String>)>(hook: H) -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event| told_any(event), on_give_up = |event| gave_up_any(event))]
fn generic<E: std::fmt::Debug>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

#[retry(on_retry = |event| assert!(event.error().is_some()), on_give_up = |event| assert_eq!(event.error(), Some(&())))]
fn optional() -> Option<u32> {
    Some(1)
}

#[retry(on_retry = told, on_give_up = gave_up)]
async fn sync_paths() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event| told(event), on_give_up = |event| gave_up(event))]
async fn sync_closures() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = told_later, on_give_up = gave_up_later)]
async fn async_paths() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = async |event| told_later(event).await, on_give_up = async |event| gave_up_later(event).await)]
async fn async_closures() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |_| async { tokio::task::yield_now().await }, on_give_up = |_| async move {})]
async fn async_blocks() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = told_boxed)]
async fn boxed() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = async |event| calls.set(event.attempt()), on_give_up = |event| calls.set(event.attempt()))]
async fn async_over_argument(calls: &Cell<u32>) -> Result<u32, String> {
    Ok(calls.get())
}

#[retry(on_retry = async |event| told_any(event), on_give_up = gave_up_later)]
async fn async_generic<E: std::fmt::Debug>(error: fn() -> E) -> Result<u32, E> {
    Err(error())
}

struct Client {
    calls: Cell<u32>,
}

impl Client {
    fn told(&self, event: &RetryEvent<'_, String>) {
        self.calls.set(event.attempt());
    }

    async fn reconnect(&self) {
        self.calls.set(0);
    }

    #[retry(on_retry = |event| self.told(event))]
    fn get(&self) -> Result<u32, String> {
        Ok(self.calls.get())
    }

    #[retry(on_retry = async |_| self.reconnect().await)]
    async fn get_later(&self) -> Result<u32, String> {
        Ok(self.calls.get())
    }

    #[retry(on_retry = |_| self.calls = Cell::new(0))]
    fn exclusive(&mut self) -> Result<u32, String> {
        Ok(self.calls.get())
    }
}

struct Hooked;

#[retry(on_retry = |_| (), on_give_up = |_| ())]
impl Hooked {
    fn get(&self) -> Result<u32, String> {
        Ok(1)
    }

    async fn get_later(&self) -> Result<u32, std::fmt::Error> {
        Ok(1)
    }

    #[retry(on_retry = told)]
    fn own(&self) -> Result<u32, String> {
        Ok(1)
    }
}

#[retry(attempt = n)]
fn number() -> Result<u32, String> {
    Ok(n)
}

#[retry(attempt = r#try)]
async fn raw_number() -> Result<u32, String> {
    tokio::task::yield_now().await;
    Ok(r#try)
}

#[allow(unused_variables)]
#[retry(attempt = n)]
fn unused_number() -> Result<u32, String> {
    Ok(1)
}

#[retry(attempt = _n)]
fn underscored_number() -> Result<u32, String> {
    Ok(1)
}

#[retry(attempt = n, on_retry = |event| assert_eq!(event.attempt(), n))]
fn number_in_hook() -> Result<u32, String> {
    Ok(n)
}

fn main() {
    let calls = Cell::new(1);
    assert_eq!((by_path(), by_generic_path(), by_full_path(), by_constant()), (Ok(1), Ok(1), Ok(1), Ok(1)));
    assert_eq!((by_closure(), by_typed_closure(), by_block()), (Ok(1), Ok(1), Ok(1)));
    assert_eq!((by_closure_over_argument(&calls), by_argument(told), by_generic_argument(told)), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(optional(), Some(1));
    let _: fn(fn() -> u32) -> Result<u32, u32> = generic;
    drop((sync_paths(), sync_closures(), async_paths(), async_closures(), async_blocks(), boxed()));
    drop((async_over_argument(&calls), async_generic(String::new), raw_number()));
    let mut client = Client { calls };
    drop(client.get_later());
    assert_eq!((client.get(), client.exclusive()), (Ok(1), Ok(1)));
    drop(Hooked.get_later());
    assert_eq!((Hooked.get(), Hooked.own()), (Ok(1), Ok(1)));
    assert_eq!((number(), unused_number(), underscored_number(), number_in_hook()), (Ok(1), Ok(1), Ok(1), Ok(1)));
}
