//! Success types that look like an outcome and are none, or are one on purpose.
use std::io;

use reattempt::{Outcome, retry};

enum Reply {
    Answer(u32),
    Busy,
}

impl Outcome for Reply {
    type Ok = u32;
    type Error = ();

    fn into_result(self) -> Result<u32, ()> {
        match self {
            Reply::Answer(n) => Ok(n),
            Reply::Busy => Err(()),
        }
    }

    fn from_result(result: Result<u32, ()>) -> Self {
        result.map_or(Reply::Busy, Reply::Answer)
    }
}

trait Cache {
    type Entry;

    #[retry]
    fn entry(&self) -> Result<Self::Entry, String> {
        Err(String::new())
    }
}

#[retry]
fn lookup(key: &str) -> io::Result<Option<&str>> {
    Ok(Some(key))
}

#[retry]
fn known_absent() -> Option<Option<u32>> {
    Some(None)
}

#[retry]
fn several() -> Result<Vec<Result<u32, String>>, String> {
    Ok(vec![])
}

#[retry]
fn generic<T: Default, E>() -> Result<T, E> {
    Ok(T::default())
}

#[retry]
fn outcome<O: Outcome<Ok = u32>>() -> O {
    O::from_result(Ok(1))
}

#[retry]
fn custom() -> Reply {
    Reply::Busy
}

#[retry]
fn opaque<'a>(names: &'a [String]) -> Result<impl Iterator<Item = &'a str> + use<'a>, io::Error> {
    Ok(names.iter().map(String::as_str))
}

#[retry]
async fn wrapped_opaque() -> Result<Vec<impl Sized>, io::Error> {
    Ok(vec![1])
}

#[retry(retry_ok = |value| value.is_err())]
async fn nested_by_choice() -> Result<io::Result<u32>, String> {
    Ok(Ok(1))
}

#[retry(retry_ok = |_| false)]
fn none_of_them() -> Option<Result<impl Sized, String>> {
    Some(Ok(1))
}

fn main() {
    let _guard = reattempt::testing::no_wait();
    struct Memory;
    impl Cache for Memory {
        type Entry = Result<u32, String>;
    }
    let _ = (Memory.entry(), lookup("a"), known_absent(), several(), generic::<u32, ()>());
    let _ = (outcome::<Option<u32>>(), custom(), opaque(&[]).is_ok(), wrapped_opaque());
    let _ = (nested_by_choice(), none_of_them().is_some());
}
