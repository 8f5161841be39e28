#![deny(warnings)]

use std::future::Future;
use std::io;
use std::pin::Pin;

use async_trait::async_trait;
use reattempt::{Outcome, retry};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

enum Reply {
    Answer(u32),
    Busy,
}

impl Outcome for Reply {
    type Ok = u32;
    type Error = ();

    fn into_result(self) -> Result<u32, ()> {
        match self {
            Reply::Answer(value) => Ok(value),
            Reply::Busy => Err(()),
        }
    }

    fn from_result(result: Result<u32, ()>) -> Self {
        result.map_or(Reply::Busy, Reply::Answer)
    }
}

#[retry]
fn own_outcome() -> Reply {
    Reply::Answer(1)
}

#[retry]
fn alias() -> io::Result<u32> {
    Ok(1)
}

#[retry]
fn dynamic() -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok("1".parse()?)
}

#[retry]
fn future(url: &str) -> impl Future<Output = Result<usize, String>> {
    async move { Ok(url.len()) }
}

#[retry]
fn boxed<'a>(url: &'a str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + 'a>> {
    Box::pin(async move { Ok(url.len()) })
}

#[retry]
fn aliased(url: &str) -> BoxFuture<'_, Result<usize, String>> {
    let length = url.len();
    Box::pin(async move {
        if length > 5 {
            return Err(String::new());
        }
        Ok(length)
    })
}

#[retry]
fn nothing_but_pass() -> Result<impl Iterator<Item = u32>, String> {
    Ok(0..3)
}

#[retry]
unsafe fn dangerous<'a, T: ?Sized + AsRef<str>>(text: &'a T) -> Result<&'a str, String>
where
    T: 'a,
{
    Ok(text.as_ref())
}

#[retry]
extern "C" fn foreign() -> Option<&'static u32> {
    Some(&1)
}

trait Fetch {
    #[retry]
    fn provided(&self) -> Result<u32, String> {
        Ok(1)
    }

    async fn later(&self) -> Result<u32, String>;
}

impl Fetch for () {
    #[retry(max = 2)]
    async fn later(&self) -> Result<u32, String> {
        Ok(self.provided()?)
    }
}

#[async_trait]
trait Dynamic {
    async fn fetch(&self, url: String) -> Result<usize, String>;
}

#[async_trait]
impl Dynamic for () {
    #[retry]
    async fn fetch(&self, url: String) -> Result<usize, String> {
        Ok(url.len())
    }
}

#[retry]
#[async_trait]
impl Dynamic for u8 {
    async fn fetch(&self, url: String) -> Result<usize, String> {
        Ok(url.len())
    }
}

#[async_trait]
#[retry]
impl Dynamic for u16 {
    async fn fetch(&self, url: String) -> Result<usize, String> {
        Ok(url.len())
    }
}

fn main() {
    assert!(matches!(own_outcome(), Reply::Answer(1)));
    assert_eq!(alias().ok(), Some(1));
    assert_eq!(dynamic().ok(), Some(1));
    assert_eq!(nothing_but_pass().map(Iterator::count), Ok(3));
    assert_eq!(foreign(), Some(&1));
    assert_eq!(().provided(), Ok(1));
    drop((future(""), boxed(""), aliased(""), ().later()));
    drop((().fetch(String::new()), 1u8.fetch(String::new()), 1u16.fetch(String::new())));
    // SAFETY: it does nothing.
    assert_eq!(unsafe { dangerous("a") }, Ok("a"));
}
