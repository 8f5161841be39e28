//! What every contender shows: the same functions, each in its own idiom.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::service::{Answer, Down, Service};

/// A call, to its end.
pub(crate) type Call = fn(&Service) -> Answer;

/// One way to retry.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) blocking: Option<Blocking>,
    pub(crate) asynchronous: Option<Asynchronous>,
    /// Draws the first eight delays of the default policy.
    pub(crate) delays: Option<fn()>,
    /// The same functions as text, for the programs that are generated.
    pub(crate) source: Option<Source>,
}

impl Contender {
    /// Whether it retries at all: some only show what is compared.
    pub(crate) fn retries(&self) -> bool {
        self.name != "bare function"
    }
}

/// Text in which `$i` is a number and `$root` the path of this repository.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    /// Lines of a manifest.
    pub(crate) dependencies: &'static str,
    pub(crate) prelude: &'static str,
    /// Function number `$i`.
    pub(crate) blocking: Option<&'static str>,
    pub(crate) asynchronous: Option<&'static str>,
    /// The same with `?` in the body.
    pub(crate) blocking_question: Option<&'static str>,
    pub(crate) asynchronous_question: Option<&'static str>,
}

impl Source {
    /// A source without any function.
    pub(crate) const NONE: Source = Source {
        dependencies: "",
        prelude: "",
        blocking: None,
        asynchronous: None,
        blocking_question: None,
        asynchronous_question: None,
    };
}

/// The functions that block.
pub(crate) struct Blocking {
    /// The body is the operation alone.
    pub(crate) plain: Call,
    /// The body uses `?`. `None` where the contender then does not retry.
    pub(crate) question: Option<Call>,
    /// Plain, but waits by [`nap`].
    pub(crate) napping: Option<Call>,
}

/// The functions that do not.
pub(crate) struct Asynchronous {
    pub(crate) plain: Polled,
    pub(crate) question: Option<Polled>,
    pub(crate) napping: Option<Polled>,
    pub(crate) sizes: Sizes,
}

/// An async function in the forms that the questions need.
pub(crate) struct Polled {
    /// To its end, on this stack and without a runtime.
    pub(crate) here: Call,
    /// To its end on a runtime.
    pub(crate) on: fn(&Runtime, &Service) -> Answer,
    /// As a task of the thread's own.
    pub(crate) spawn: fn(&'static Service) -> JoinHandle<Answer>,
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
            spawn: |service| ::tokio::task::spawn_local($function(service)),
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
pub(crate) fn nap(time: Duration) {
    std::hint::black_box(time);
}

/// The same, async.
pub(crate) fn nap_async(time: Duration) -> std::future::Ready<()> {
    nap(time);
    std::future::ready(())
}

/// What those with a hook do before they wait: the same as the loop by hand.
#[cold]
#[inline(never)]
pub(crate) fn log(error: &Down, delay: Duration) {
    tracing::warn!(delay_ms = delay.as_millis() as u64, %error, "attempt failed, will retry");
}
