#![deny(warnings)]

//! Functions of the caller's that are called as those of an expansion.

use std::time::Duration;

use reattempt::{GiveUpEvent, RetryEvent, retry};

fn ask(_: &String) -> bool {
    true
}

fn give(_: String) -> Result<u32, String> {
    Ok(1)
}

fn tell_retry<E>(_: &RetryEvent<'_, E>) {}

fn tell_give_up<E>(_: &GiveUpEvent<'_, E>) {}

fn block_with(_: Duration) {}

async fn wait_with(_: Duration) {}

fn typed_on_retry<E>(_: &RetryEvent<'_, E>) {}

const fn require(attempts: u32) -> u32 {
    attempts
}

#[derive(Clone, Copy)]
struct Argument(f64);

impl Argument {
    const fn get(self) -> f64 {
        self.0
    }
}

#[retry(when = |error| ask(error))]
fn asked() -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = |error| give(error))]
fn given() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = tell_retry, on_give_up = tell_give_up)]
fn told() -> Result<u32, String> {
    Ok(1)
}

#[retry(on_retry = |event| typed_on_retry(event))]
async fn typed() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = block_with)]
fn blocked() -> Result<u32, String> {
    Ok(1)
}

#[retry(sleep = wait_with)]
async fn waited() -> Result<u32, String> {
    Ok(1)
}

#[retry(max = require(3), jitter = self::Argument(0.5).get())]
fn valued() -> Result<u32, String> {
    Ok(1)
}

const JITTER: Argument = Argument(0.5);

#[retry(factor = { let Argument(factor) = JITTER; factor * 4.0 })]
fn destructured() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    assert_eq!((asked(), given(), told(), blocked(), valued(), destructured()), (Ok(1), Ok(1), Ok(1), Ok(1), Ok(1), Ok(1)));
    drop((typed(), waited()));
}
