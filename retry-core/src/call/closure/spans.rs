//! The step `span`: the spans of a closure's call, of its attempts and of its waits.

use core::borrow::Borrow;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use super::super::handle::Call;
use super::super::hedged::Handles;
use super::super::progress::Progress;
use super::super::traced::{LateTrace, Trace, Try};
use super::blocking_call::RetryCall;
use super::course::Course;
use super::future::RetryFuture;
use super::hedging::{Hedgeable, HedgedBy, StartTries, Tries};
use super::lending::RetryLending;
use super::operation::{AsyncClosure, AsyncOperation, AsyncWithCall, Limited, Operation, Restarting};
use super::rule::{Both, Needs, Rule};
use super::sharing::Sharing;
use super::sleeper::{Sleeper, Waits};

/// The spans of a call, which its tries own too.
#[derive(Clone, Debug)]
pub struct Owned(Arc<LateTrace>);

/// The spans begin with the call, before its first try.
impl Borrow<Trace> for Owned {
    fn borrow(&self) -> &Trace {
        self.0.get().unwrap_or(&Trace::NONE)
    }
}

/// Gives a call its spans.
#[derive(Clone, Debug)]
pub struct Spanned(Owned);

impl Spanned {
    fn new() -> Spanned {
        Spanned(Owned(Arc::new(LateTrace::new())))
    }
}

impl<T, E> Rule<T, E> for Spanned {
    #[inline]
    fn needs(&self) -> Needs {
        Needs::PLAN.or(Needs::LATE)
    }

    #[inline]
    fn trace(&self) -> Option<&LateTrace> {
        Some(&self.0.0)
    }
}

impl<'p, O, T, E, R, S> RetryCall<'p, O, T, E, R, S> {
    /// Makes a span of the call, and in it one for each attempt and one for each wait. It is what the argument `span` is for
    /// a function. Of a call that has the step twice, the first one counts.
    ///
    /// The spans are named `retry`, `attempt` and `wait`, at the level `INFO` and with the target `reattempt`. The spans
    /// and events of the operation are in that of the attempt, and the events of this crate are in that of the call.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().retry(|| Err::<(), _>("disk full")).name("backup").span().run();
    /// assert_eq!(result, Err("disk full"));
    /// ```
    pub fn span(self) -> RetryCall<'p, O, T, E, Both<Spanned, R>, S> {
        self.with_rule(Spanned::new())
    }
}

impl<'p, F, T, E, R, S, C, Z> RetryLending<'p, F, T, E, R, S, C, Z> {
    /// Makes a span of the call, and in it one for each attempt and one for each wait, like [`RetryCall::span`]. A future
    /// of the operation that is dropped before its end is dropped outside of its span.
    pub fn span(self) -> RetryLending<'p, F, T, E, Both<Spanned, R>, S, C, Z> {
        self.with_rule(Spanned::new())
    }
}

impl<'p, O: Traceable, T, E, R, S, C, Z: Waits, K> RetryFuture<'p, O, T, E, R, S, C, Z, K> {
    /// Makes a span of the call, and in it one for each attempt, one for each copy of an attempt, and one for each wait,
    /// like [`RetryCall::span`]. Each future is polled and dropped in its span. The step allocates once.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().retry_async(async || Err::<(), _>("busy")).name("fetch").span().await;
    /// assert_eq!(result, Err("busy"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn span(self) -> RetryFuture<'p, O::Traced, T, E, Both<Spanned, R>, S, C, Z, K> {
        let spanned = Spanned::new();
        let trace = spanned.0.clone();
        self.with_rule(spanned).with_operation(|operation| operation.traced(trace))
    }
}

/// An operation whose tries can have spans.
pub trait Traceable: Operation {
    /// The operation with spans.
    type Traced: Operation;

    /// Returns the operation with these spans.
    fn traced(self, trace: Owned) -> Self::Traced;
}

impl<F, A> Traceable for AsyncClosure<F, A> {
    type Traced = Traced<Self>;

    fn traced(self, trace: Owned) -> Traced<Self> {
        Traced { inner: self, trace }
    }
}

impl<F, A> Traceable for AsyncWithCall<F, A> {
    type Traced = Traced<Self>;

    fn traced(self, trace: Owned) -> Traced<Self> {
        Traced { inner: self, trace }
    }
}

/// The first step counts, as its rule does.
impl<O: Tries> Traceable for Traced<O> {
    type Traced = Self;

    fn traced(self, trace: Owned) -> Self {
        Traced { inner: self.inner, trace }
    }
}

/// Each try has a span, and so the spans are inside the hedge.
impl<'h, O: Traceable + Tries<Copies = K>, K: Default> Traceable for HedgedBy<'h, O, K>
where
    O::Traced: Tries<Copies = K>,
{
    type Traced = HedgedBy<'h, O::Traced, K>;

    fn traced(self, trace: Owned) -> Self::Traced {
        self.map(|inner| inner.traced(trace))
    }
}

impl<O: Traceable, E> Traceable for Limited<O, E> {
    type Traced = Limited<O::Traced, E>;

    fn traced(self, trace: Owned) -> Self::Traced {
        Limited::new(self.inner.traced(trace))
    }
}

impl<O: Traceable> Traceable for Restarting<O> {
    type Traced = Restarting<O::Traced>;

    fn traced(self, trace: Owned) -> Self::Traced {
        Restarting::new(self.inner.traced(trace))
    }
}

/// A closure whose tries have spans.
#[derive(Debug)]
pub struct Traced<O> {
    inner: O,
    trace: Owned,
}

impl<O: Tries> Tries for Traced<O> {
    type Try = Try<Owned, O::Try>;
    type Handle = O::Handle;
    type Copies = O::Copies;
}

impl<O: StartTries> StartTries for Traced<O> {
    fn tries<'a>(
        &'a mut self,
        copies: &'a Self::Copies,
    ) -> (impl FnMut(Self::Handle) -> Self::Try, impl Handles<Handle = Self::Handle>) {
        let Traced { inner, trace } = self;
        let (mut start, handles) = inner.tries(copies);
        (move |handle| Try::new(trace.clone(), start(handle)), handles)
    }
}

impl<O: StartTries> Hedgeable for Traced<O> {
    type Hedged<'h> = HedgedBy<'h, Self, O::Copies>;

    fn hedged(self, hedge: Option<&crate::hedge::Hedge>) -> HedgedBy<'_, Self, O::Copies> {
        HedgedBy::new(self, hedge)
    }
}

impl<O: Tries> Operation for Traced<O> {
    type Attempt<W> = Try<Owned, O::Try>;
}

impl<T, E, Z, O, A> AsyncOperation<T, E, Z> for Traced<O>
where
    Z: Sleeper,
    O: StartTries<Try = A> + AsyncOperation<T, E, Z>,
    A: Future<Output = Result<T, E>>,
{
    fn begin<R: Rule<T, E>>(&mut self, course: &Course<'_, T, E, R>, progress: &Progress) {
        self.inner.begin(course, progress);
    }

    fn call(&self) -> Option<&Call> {
        self.inner.call()
    }

    fn start<R: Rule<T, E>>(&mut self, _: &Course<'_, T, E, R>, _: &Progress, _: &Z) -> Try<Owned, A> {
        let copies = O::Copies::default();
        let (mut start, handles) = self.tries(&copies);
        start(handles.first())
    }

    fn poll<R: Rule<T, E>, S: Sharing<E>>(
        &mut self,
        attempt: Pin<&mut Try<Owned, A>>,
        _: &Course<'_, T, E, R>,
        _: (&S, &Z),
        context: &mut Context<'_>,
    ) -> Poll<(Result<T, E>, bool)> {
        attempt.poll(context).map(|result| (result, false))
    }

    fn ended<R: Rule<T, E>>(
        &mut self,
        course: &Course<'_, T, E, R>,
        result: &Result<T, E>,
    ) -> Option<Duration> {
        self.inner.ended(course, result)
    }
}
