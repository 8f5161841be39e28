//! How an async closure's call waits, and how it is cancelled.

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use pin_project_lite::pin_project;

use super::super::planned::Planned;
use crate::policy::nanos::from_duration;
use crate::runtime::sleep::{Slept, timer_with, wait_with};
use crate::runtime::{Delay, Wait};

/// The type of a call's waits. It needs no bound on what makes them.
pub trait Waits {
    /// The future of a wait.
    type Wait: Future<Output = ()>;
}

/// What makes the waits of a call.
pub trait Sleeper: Waits {
    /// Returns a wait before an attempt.
    fn wait(&self, delay: Delay) -> Self::Wait;

    /// Returns the timer of an attempt, which no test context skips.
    fn timer(&self, time: Duration) -> Self::Wait;
}

/// The timer of the runtime.
#[derive(Clone, Copy, Debug)]
pub struct Runtime;

impl Waits for Runtime {
    type Wait = Wait;
}

impl Sleeper for Runtime {
    #[inline]
    fn wait(&self, delay: Delay) -> Wait {
        delay.into_future()
    }

    fn timer(&self, time: Duration) -> Wait {
        Wait::timer(from_duration(time))
    }
}

/// A function that returns futures `A`.
#[derive(Debug)]
pub struct SleepBy<F, A> {
    function: F,
    wait: PhantomData<fn() -> A>,
}

impl<F, A> SleepBy<F, A> {
    pub(super) fn new(function: F) -> Self {
        SleepBy { function, wait: PhantomData }
    }
}

impl<F, A> Waits for SleepBy<F, A> {
    type Wait = Slept<A>;
}

impl<F: Fn(Duration) -> A, A: Future<Output = ()>> Sleeper for SleepBy<F, A> {
    fn wait(&self, delay: Delay) -> Slept<A> {
        wait_with(&self.function, delay.duration())
    }

    fn timer(&self, time: Duration) -> Slept<A> {
        timer_with(&self.function, time)
    }
}

/// What may end a call from outside.
pub trait Cancel {
    /// Whether the call may be ended.
    const IS_POSSIBLE: bool;

    /// Returns whether the call has been ended. It is not polled again after that.
    fn is_cancelled(self: Pin<&mut Self>, context: &mut Context<'_>) -> bool;
}

/// Nothing ends the call from outside.
#[derive(Clone, Copy, Debug)]
pub struct Never;

impl Cancel for Never {
    const IS_POSSIBLE: bool = false;

    #[inline]
    fn is_cancelled(self: Pin<&mut Self>, _: &mut Context<'_>) -> bool {
        false
    }
}

pin_project! {
    /// A future that ends the call.
    #[derive(Debug)]
    pub struct CancelBy<C> {
        #[pin]
        pub(super) future: C,
    }
}

impl<C: Future> Cancel for CancelBy<C> {
    const IS_POSSIBLE: bool = true;

    fn is_cancelled(self: Pin<&mut Self>, context: &mut Context<'_>) -> bool {
        self.project().future.poll(context).is_ready()
    }
}

/// The room for the last result during a wait after which the call may still end with it.
pub trait Keep<V> {
    /// Keeps the result and its plan. A call that never ends in a wait drops them.
    fn keep(&mut self, planned: Option<Planned>, result: V);

    /// Takes them back.
    fn take(&mut self) -> Option<(Planned, V)>;
}

/// No room: a call that is `Send` if its error is not.
#[derive(Clone, Copy, Debug)]
pub struct Dropped;

impl<V> Keep<V> for Dropped {
    #[inline]
    fn keep(&mut self, _: Option<Planned>, _: V) {}

    #[inline]
    fn take(&mut self) -> Option<(Planned, V)> {
        None
    }
}

/// Room for one result.
#[derive(Debug)]
pub struct Kept<V>(pub(super) Option<(Planned, V)>);

impl<V> Keep<V> for Kept<V> {
    fn keep(&mut self, planned: Option<Planned>, result: V) {
        self.0 = planned.map(|planned| (planned, result));
    }

    fn take(&mut self) -> Option<(Planned, V)> {
        self.0.take()
    }
}

/// Waits, and returns whether the call has been ended. `cancel` is polled first, so that it wins over a wait that is
/// over.
#[inline]
pub(super) fn poll_wait<C: Cancel>(
    cancel: Pin<&mut C>,
    wait: Pin<&mut impl Future<Output = ()>>,
    context: &mut Context<'_>,
) -> Poll<bool> {
    if cancel.is_cancelled(context) { Poll::Ready(true) } else { wait.poll(context).map(|()| false) }
}
