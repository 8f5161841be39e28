#![deny(warnings)]

use reattempt::{RetryError, retry};

#[derive(Debug)]
pub enum Failed {
    GaveUp(RetryError<String>),
    GaveUpReading(RetryError<std::io::Error>),
}

impl From<RetryError<String>> for Failed {
    fn from(error: RetryError<String>) -> Self {
        Failed::GaveUp(error)
    }
}

impl From<RetryError<std::io::Error>> for Failed {
    fn from(error: RetryError<std::io::Error>) -> Self {
        Failed::GaveUpReading(error)
    }
}

fn cached(error: String) -> Result<u32, String> {
    if error.is_empty() { Ok(1) } else { Err(error) }
}

async fn cached_later(error: String) -> Result<u32, String> {
    cached(error)
}

#[retry(error = String)]
fn wrapped(url: &str) -> Result<u32, Failed> {
    if url == "-" {
        return Err(url.to_owned());
    }
    let value = url.parse().map_err(|_| url.to_owned())?;
    Ok(value)
}

#[retry(error = std::io::Error)]
async fn wrapped_later() -> Result<u32, Failed> {
    Ok(std::future::ready(Ok::<_, std::io::Error>(1)).await?)
}

#[retry(error = String)]
fn wrapped_itself() -> Result<u32, RetryError<String>> {
    Ok(1)
}

#[retry(error = String)]
fn wrapped_in_box() -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Err(String::new())
}

#[retry(fallback = cached)]
fn by_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = |error| if error.is_empty() { Ok(default) } else { Err(error) })]
fn by_closure(default: u32) -> Result<u32, String> {
    Ok(default)
}

#[retry(fallback = |()| Some(1))]
fn optional() -> Option<u32> {
    Some(1)
}

#[retry(fallback = |_| None)]
async fn optional_later() -> Option<u32> {
    None
}

#[retry(fallback = cached)]
async fn sync_in_async() -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = cached_later)]
async fn async_path() -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = async |error| cached_later(error).await)]
async fn async_closure() -> Result<u32, String> {
    Ok(1)
}

#[retry(fallback = |error| async { cached_later(error).await })]
async fn async_block() -> Result<u32, String> {
    Ok(1)
}

#[retry(error = String, fallback = |error: RetryError<String>| Err(error.into()))]
fn fallback_of_wrapped() -> Result<u32, Failed> {
    Ok(1)
}

#[retry(error = String, fallback = |error| { assert!(error.attempts() > 0); Ok(1) })]
async fn fallback_of_wrapped_later() -> Result<u32, Failed> {
    Err(String::new())
}

struct Client;

#[retry(error = String)]
impl Client {
    fn get(&self) -> Result<u32, Failed> {
        Err(String::new())
    }

    #[retry(fallback = |_| Ok(1))]
    fn put(&self) -> Result<u32, Failed> {
        Err(String::new())
    }
}

fn main() {
    assert_eq!(wrapped("5").ok(), Some(5));
    let _: fn() -> Result<u32, Box<dyn std::error::Error + Send + Sync>> = wrapped_in_box;
    assert_eq!((wrapped_itself().ok(), by_path(), by_closure(1), optional()), (Some(1), Ok(1), Ok(1), Some(1)));
    drop((wrapped_later(), optional_later(), sync_in_async(), async_path(), async_closure(), async_block()));
    assert_eq!(fallback_of_wrapped().ok(), Some(1));
    drop(fallback_of_wrapped_later());
    let _: [fn(&Client) -> Result<u32, Failed>; 2] = [Client::get, Client::put];
}
