//! The operation of a closure's call, and what surrounds each of its attempts.

use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use pin_project_lite::pin_project;

use super::super::handle::{AttemptStart, Call};
use super::super::progress::Progress;
use super::super::timeout::limit_now;
use super::course::Course;
use super::rule::{Limit, Rule};
use super::sharing::Sharing;
use super::sleeper::Sleeper;
use crate::error::AttemptTimeout;
use crate::runtime::Clock;

/// An operation that blocks its thread.
pub trait BlockingOperation<T, E> {
    /// Whether an attempt takes the handle of its call.
    const TAKES_CALL: bool;

    /// Makes an attempt.
    fn attempt(&mut self, call: Option<&Call>) -> Result<T, E>;
}

/// A closure without an argument.
#[derive(Clone, Copy, Debug)]
pub struct Closure<F>(pub(super) F);

impl<T, E, F: FnMut() -> Result<T, E>> BlockingOperation<T, E> for Closure<F> {
    const TAKES_CALL: bool = false;

    #[inline]
    fn attempt(&mut self, _: Option<&Call>) -> Result<T, E> {
        (self.0)()
    }
}

/// A closure that takes the handle of its call.
#[derive(Clone, Copy, Debug)]
pub struct WithCall<F>(pub(super) F);

impl<T, E, F: FnMut(&Call) -> Result<T, E>> BlockingOperation<T, E> for WithCall<F> {
    const TAKES_CALL: bool = true;

    #[inline]
    #[expect(clippy::expect_used, reason = "`TAKES_CALL` makes the call create the handle")]
    fn attempt(&mut self, call: Option<&Call>) -> Result<T, E> {
        (self.0)(call.expect("a call whose operation takes a handle has one"))
    }
}

/// The type of an operation's attempts. It needs no bound on the operation, so that the compiler finds out without
/// effort whether a call is `Send`.
pub trait Operation {
    /// The future of an attempt. `W` is the type of a timer.
    type Attempt<W>;
}

/// An operation that returns a future for each attempt.
pub trait AsyncOperation<T, E, Z: Sleeper>: Operation {
    /// Prepares the operation for a call.
    #[inline]
    fn begin<R: Rule<T, E>>(&mut self, _course: &Course<'_, T, E, R>, _progress: &Progress) {}

    /// Returns the handle of the call, if there is one.
    #[inline]
    fn call(&self) -> Option<&Call> {
        None
    }

    /// Starts an attempt.
    fn start<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        progress: &Progress,
        sleeper: &Z,
    ) -> Self::Attempt<Z::Wait>;

    /// Polls an attempt. Returns its result, and whether it exceeded its limit.
    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut Self::Attempt<Z::Wait>>,
        course: &Course<'_, T, E, R>,
        around: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)>;

    /// Notes the end of an attempt. Returns the longest wait that one of its tries has asked for, if it may have several.
    #[inline]
    fn ended<R: Rule<T, E>>(
        &mut self,
        _course: &Course<'_, T, E, R>,
        _result: &Result<T, E>,
    ) -> Option<Duration> {
        None
    }
}

/// A closure that returns futures `A`.
#[derive(Debug)]
pub struct AsyncClosure<F, A> {
    pub(super) function: F,
    attempt: PhantomData<fn() -> A>,
}

impl<F, A> AsyncClosure<F, A> {
    #[inline]
    pub(super) fn new(function: F) -> Self {
        AsyncClosure { function, attempt: PhantomData }
    }
}

impl<F, A> Operation for AsyncClosure<F, A> {
    type Attempt<W> = A;
}

impl<T, E, Z, F, A> AsyncOperation<T, E, Z> for AsyncClosure<F, A>
where
    Z: Sleeper,
    F: FnMut() -> A,
    A: Future<Output = Result<T, E>>,
{
    #[inline]
    fn start<R: Rule<T, E>>(&mut self, _: &Course<'_, T, E, R>, _: &Progress, _: &Z) -> A {
        (self.function)()
    }

    #[inline]
    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut A>,
        _: &Course<'_, T, E, R>,
        _: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        attempt.poll(context).map(|result| (result, false))
    }
}

/// A closure that takes the handle of its call and returns futures `A`.
#[derive(Debug)]
pub struct AsyncWithCall<F, A> {
    pub(super) function: F,
    pub(super) call: Option<Arc<Call>>,
    attempt: PhantomData<fn() -> A>,
}

impl<F, A> AsyncWithCall<F, A> {
    #[inline]
    pub(super) fn new(function: F) -> Self {
        AsyncWithCall { function, call: None, attempt: PhantomData }
    }
}

impl<F, A> Operation for AsyncWithCall<F, A> {
    type Attempt<W> = A;
}

impl<T, E, Z, F, A> AsyncOperation<T, E, Z> for AsyncWithCall<F, A>
where
    Z: Sleeper,
    F: FnMut(Arc<Call>) -> A,
    A: Future<Output = Result<T, E>>,
{
    fn begin<R: Rule<T, E>>(&mut self, course: &Course<'_, T, E, R>, progress: &Progress) {
        self.call = course.call(progress, true).map(Arc::new);
    }

    #[inline]
    fn call(&self) -> Option<&Call> {
        self.call.as_deref()
    }

    #[inline]
    #[expect(clippy::expect_used, reason = "`begin` runs before every attempt")]
    fn start<R: Rule<T, E>>(&mut self, _: &Course<'_, T, E, R>, _: &Progress, _: &Z) -> A {
        let call = self.call.as_ref().expect("`begin` sets the handle");
        (self.function)(Arc::clone(call))
    }

    #[inline]
    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut A>,
        _: &Course<'_, T, E, R>,
        _: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        attempt.poll(context).map(|result| (result, false))
    }
}

/// An operation whose attempts have a limit.
#[derive(Debug)]
pub struct Limited<O, E> {
    pub(super) inner: O,
    error: PhantomData<fn() -> E>,
}

impl<O, E> Limited<O, E> {
    #[inline]
    pub(super) fn new(inner: O) -> Self {
        Limited { inner, error: PhantomData }
    }
}

pin_project! {
    /// An attempt with a limit.
    pub struct LimitedAttempt<A, W, E> {
        #[pin]
        attempt: A,
        #[pin]
        timer: Option<W>,
        limit: Option<Limit<E>>,
    }
}

impl<O: Operation, E> Operation for Limited<O, E> {
    type Attempt<W> = LimitedAttempt<O::Attempt<W>, W, E>;
}

impl<T, E, Z: Sleeper, O: AsyncOperation<T, E, Z>> AsyncOperation<T, E, Z> for Limited<O, E> {
    fn begin<R: Rule<T, E>>(&mut self, course: &Course<'_, T, E, R>, progress: &Progress) {
        self.inner.begin(course, progress);
    }

    fn call(&self) -> Option<&Call> {
        self.inner.call()
    }

    fn start<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        progress: &Progress,
        sleeper: &Z,
    ) -> Self::Attempt<Z::Wait> {
        let limit = course
            .rules()
            .limit()
            .map(|limit| Limit { time: limit_now(course.policy(), progress, limit.time), ..limit });
        let attempt = self.inner.start(course, progress, sleeper);
        let timer = limit.as_ref().map(|limit| sleeper.timer(limit.time));
        LimitedAttempt { attempt, timer, limit }
    }

    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut Self::Attempt<Z::Wait>>,
        course: &Course<'_, T, E, R>,
        around: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        let this = attempt.project();
        // The attempt is polled first, so an attempt that is ready counts.
        match self.inner.poll(this.attempt, course, around, context) {
            Poll::Pending => poll_timer(this.timer, this.limit.as_ref(), context),
            ended @ Poll::Ready(_) => ended,
        }
    }

    fn ended<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        result: &Result<T, E>,
    ) -> Option<Duration> {
        self.inner.ended(course, result)
    }
}

/// Polls an attempt that may have a limit.
pub(super) fn poll_limited<T, E>(
    attempt: Pin<&mut impl Future<Output = Result<T, E>>>,
    timer: Pin<&mut Option<impl Future<Output = ()>>>,
    limit: Option<&Limit<E>>,
    context: &mut Context<'_>,
) -> Poll<(Result<T, E>, bool)> {
    match attempt.poll(context) {
        Poll::Ready(result) => Poll::Ready((result, false)),
        Poll::Pending => poll_timer(timer, limit, context),
    }
}

/// Returns the error of an attempt whose time is over.
fn poll_timer<T, E>(
    timer: Pin<&mut Option<impl Future<Output = ()>>>,
    limit: Option<&Limit<E>>,
    context: &mut Context<'_>,
) -> Poll<(Result<T, E>, bool)> {
    match (timer.as_pin_mut(), limit) {
        (Some(timer), Some(limit)) => {
            timer.poll(context).map(|()| (Err((limit.error)(AttemptTimeout::new(limit.time))), true))
        }
        _ => Poll::Pending,
    }
}

/// An operation whose call starts anew after a long attempt.
#[derive(Debug)]
pub struct Restarting<O> {
    pub(super) inner: O,
    /// The handle, unless the operation has one.
    call: Option<Call>,
    started: Option<AttemptStart>,
}

impl<O> Restarting<O> {
    #[inline]
    pub(super) fn new(inner: O) -> Self {
        Restarting { inner, call: None, started: None }
    }
}

impl<O: Operation> Operation for Restarting<O> {
    type Attempt<W> = O::Attempt<W>;
}

impl<T, E, Z: Sleeper, O: AsyncOperation<T, E, Z>> AsyncOperation<T, E, Z> for Restarting<O> {
    fn begin<R: Rule<T, E>>(&mut self, course: &Course<'_, T, E, R>, progress: &Progress) {
        self.inner.begin(course, progress);
        if self.inner.call().is_none() {
            self.call = course.call(progress, false);
        }
    }

    fn call(&self) -> Option<&Call> {
        self.inner.call().or(self.call.as_ref())
    }

    fn start<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        progress: &Progress,
        sleeper: &Z,
    ) -> Self::Attempt<Z::Wait> {
        self.started = course.rules().restart_after().map(|_| AttemptStart::now(Clock::Async));
        self.inner.start(course, progress, sleeper)
    }

    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut Self::Attempt<Z::Wait>>,
        course: &Course<'_, T, E, R>,
        around: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        self.inner.poll(attempt, course, around, context)
    }

    fn ended<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        result: &Result<T, E>,
    ) -> Option<Duration> {
        let hint = self.inner.ended(course, result);
        if let (Some(limit), Some(started), Some(call)) =
            (course.rules().restart_after(), self.started.take(), AsyncOperation::<T, E, Z>::call(self))
        {
            call.restart_after(limit, started);
        }
        hint
    }
}
