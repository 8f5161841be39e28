//! What every contender shows: the same functions, each in its own idiom.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::Runtime;

use crate::contenders;
use crate::service::{Answer, Service};

/// One way to retry.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) blocking: Option<Blocking>,
    pub(crate) asynchronous: Option<Asynchronous>,
    /// Draws the first eight delays of the default policy.
    pub(crate) delays: Option<fn()>,
}

/// The functions that block.
pub(crate) struct Blocking {
    /// The body is the operation alone.
    pub(crate) plain: fn(&Service) -> Answer,
    /// The body uses `?`.
    pub(crate) question: fn(&Service) -> Answer,
    /// Plain, but waits by [`nap`].
    pub(crate) napping: Option<fn(&Service) -> Answer>,
}

/// The functions that do not.
pub(crate) struct Asynchronous {
    pub(crate) plain: Polled,
    pub(crate) question: Polled,
    pub(crate) napping: Option<Polled>,
    pub(crate) sizes: Sizes,
}

/// An async function in the forms that the questions need.
pub(crate) struct Polled {
    /// To its end, on this stack and without a runtime.
    pub(crate) here: fn(&Service) -> Answer,
    /// To its end on a runtime.
    pub(crate) on: fn(&Runtime, &Service) -> Answer,
}

/// Sizes of futures, in bytes.
pub(crate) struct Sizes {
    pub(crate) small: usize,
    pub(crate) large: usize,
    pub(crate) argument: usize,
}

/// Polls to the end. Through a `dyn`, so that no contender's future melts into the measuring loop.
#[inline(never)]
pub(crate) fn finish(mut future: Pin<&mut dyn Future<Output = Answer>>) -> Answer {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut context) {
            return answer;
        }
    }
}

/// An async function as [`Polled`].
macro_rules! polled {
    ($function:path) => {
        $crate::contender::Polled {
            here: |service| $crate::contender::finish(::std::pin::pin!($function(service))),
            on: |runtime, service| runtime.block_on($function(service)),
        }
    };
}

/// Three futures as [`Sizes`].
macro_rules! sizes {
    ($sized:ident, $argument:ident) => {
        $crate::contender::Sizes {
            small: ::std::mem::size_of_val(&$sized::<64>()),
            large: ::std::mem::size_of_val(&$sized::<1024>()),
            argument: ::std::mem::size_of_val(&$argument([0; 256])),
        }
    };
}

pub(crate) use {polled, sizes};

/// A sleep that does not.
pub(crate) fn nap(time: std::time::Duration) {
    std::hint::black_box(time);
}

/// The same, async.
pub(crate) fn nap_async(time: std::time::Duration) -> std::future::Ready<()> {
    std::future::ready(nap(time))
}

/// Everybody, in the order of the tables.
pub(crate) fn all() -> Vec<Contender> {
    vec![
        contenders::bare::contender(),
        contenders::by_hand::contender(),
        contenders::attribute::contender(),
        contenders::run::contender(),
    ]
}
