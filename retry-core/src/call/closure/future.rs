//! The call of a closure that returns futures. It is a future itself.

use core::fmt::{self, Debug, Formatter};
use core::future::Future;
use core::marker::PhantomData;
use core::ops::ControlFlow::{Break, Continue};
use core::panic::Location;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use pin_project_lite::pin_project;

use super::super::fleet_wait::FleetWait;
use super::super::handle::Call;
use super::super::planned::GivenUp;
use super::super::progress::Progress;
use super::course::{Attempt, Course, Pause};
use super::ending::{Ending, Unchanged};
use super::operation::{AsyncClosure, AsyncOperation, AsyncWithCall, Operation};
use super::rule::Rule;
use super::sharing::{Sharing, Unshared};
use super::sleeper::{Cancel, Dropped, Keep, Never, Runtime, Sleeper, Waits, poll_wait};
use crate::policy::Policy;
use crate::runtime::{Clock, Delay};

pin_project! {
    /// An async closure's call: a policy, an operation and the rules for its results. It is a future of the last result.
    ///
    /// [`Policy::retry_async`] creates it. Steps come in any order, and each returns the call with one more rule. Nothing
    /// is called before the future is polled; dropping it stops everything. It is `Send` if the operation, its futures
    /// and what the steps are given are.
    ///
    /// # Panics
    /// If it is polled after its end, or has to wait without a timer of tokio, `sleep` or `set_sleep`.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// const POLICY: Policy = Policy::new().max(5);
    ///
    /// let call = POLICY.retry_async(|| async { Err::<(), _>("busy") }).name("fetch").when(|error| *error == "busy");
    /// assert_eq!(tokio::spawn(call).await.unwrap(), Err("busy"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[must_use = "nothing is called before it is awaited"]
    pub struct RetryFuture<'p, O, T, E, R = (), S = Unshared, C = Never, Z = Runtime, K = Dropped>
    where
        O: Operation,
        Z: Waits,
    {
        pub(super) policy: &'p Policy,
        pub(super) place: &'static Location<'static>,
        pub(super) operation: O,
        pub(super) rules: R,
        pub(super) shared: S,
        #[pin]
        pub(super) cancel: C,
        pub(super) sleeper: Z,
        pub(super) kept: K,
        pub(super) result: PhantomData<fn() -> Result<T, E>>,
        // The progress is in it, beside the number of the state: a field of its own would take 8 bytes more.
        #[pin]
        pub(super) state: State<O::Attempt<Z::Wait>, Z::Wait>,
    }
}

pin_project! {
    #[project = StateProjection]
    pub(super) enum State<A, W> {
        Start,
        Attempting { progress: Progress, #[pin] attempt: A },
        Waiting { progress: Progress, #[pin] wait: W },
        // The progress is that of a call that has waited.
        AskingFleet { progress: Option<Progress>, wait: FleetWait },
        Ended,
    }
}

impl Policy {
    /// Returns a call of the async `operation` by this policy. The call is a future that waits on the runtime's timer.
    ///
    /// `operation` returns a new future for each attempt, as `|| client.get(url)`, `|| async { … }` and `async || …` do.
    /// The call is `Send` if the closure and its futures are, so it can be spawned, even if the closure borrows. A
    /// closure whose futures borrow from the closure itself is not accepted, such as `async || { counter += 1; … }`, or
    /// `async move || …` that uses an owned value: [`retry_async_mut`](Policy::retry_async_mut) takes those. A call that
    /// has to be spawned clones the value before the block instead: `|| { let client = client.clone(); async move { … } }`.
    ///
    /// The call borrows the policy. It can be awaited in the same statement, `Policy::new().max(5).retry_async(…).await`.
    /// A call that is spawned or returned needs a policy that lives as long: that of a `const`, `POLICY.retry_async(…)`,
    /// lives forever. For a policy made in place the compiler reports E0716 or E0515: give it a name as a `const`, or
    /// move it into an `async move { policy.retry_async(…).await }`.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let result = Policy::new().max(2).retry_async(async || Err::<(), _>("refused")).log_errors().await;
    /// assert_eq!(result, Err("refused"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    #[inline]
    pub fn retry_async<T, E, F, A>(&self, operation: F) -> RetryFuture<'_, AsyncClosure<F, A>, T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        RetryFuture::new(self, Location::caller(), AsyncClosure::new(operation))
    }

    /// Returns a call of the async `operation` like [`retry_async`](Policy::retry_async), with a handle of the call as
    /// its argument. An attempt may outlive the borrow of a reference, so the handle is an `Arc`, which is allocated once
    /// for each call.
    ///
    /// # Panics
    /// The future panics as that of [`retry_async`](Self::retry_async) does.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let result = Policy::new()
    ///     .retry_async_with(|call| async move {
    ///         if call.attempt() == 2 {
    ///             call.stop();
    ///         }
    ///         Err::<(), _>(call.attempt())
    ///     })
    ///     .await;
    /// assert_eq!(result, Err(2));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    #[inline]
    pub fn retry_async_with<T, E, F, A>(&self, operation: F) -> RetryFuture<'_, AsyncWithCall<F, A>, T, E>
    where
        F: FnMut(Arc<Call>) -> A,
        A: Future<Output = Result<T, E>>,
    {
        RetryFuture::new(self, Location::caller(), AsyncWithCall::new(operation))
    }

    /// Calls the async `operation` until it succeeds or this policy gives up, and returns its last result unchanged: the
    /// same as [`retry_async(operation)`](Policy::retry_async) without steps.
    ///
    /// # Panics
    /// The future panics as that of [`retry_async`](Self::retry_async) does.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().max(2).run_async(async || Err::<(), _>("refused")).await;
    /// assert_eq!(result, Err("refused"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    #[inline]
    pub fn run_async<T, E, F, A>(&self, operation: F) -> RetryFuture<'_, AsyncClosure<F, A>, T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        self.retry_async(operation)
    }
}

impl<'p, O: Operation, T, E> RetryFuture<'p, O, T, E> {
    #[inline]
    pub(super) fn new(policy: &'p Policy, place: &'static Location<'static>, operation: O) -> Self {
        RetryFuture {
            policy,
            place,
            operation,
            rules: (),
            shared: Unshared,
            cancel: Never,
            sleeper: Runtime,
            kept: Dropped,
            result: PhantomData,
            state: State::Start,
        }
    }
}

impl<O, T, E, R, S, C, Z, K> RetryFuture<'_, O, T, E, R, S, C, Z, K>
where
    Z: Sleeper,
    O: AsyncOperation<T, E, Z>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    K: Keep<Result<T, E>>,
{
    #[inline]
    pub(super) fn poll_to<N: Ending<T, E>>(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<N::Output> {
        match Course::new(self.policy, self.place, &self.rules, Clock::Async).enter_call() {
            None => self.poll_entered::<N>(context),
            Some(_entered) => self.poll_entered::<N>(context),
        }
    }

    #[inline]
    #[expect(clippy::panic, reason = "documented: no future may be polled after its end")]
    fn poll_entered<N: Ending<T, E>>(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<N::Output> {
        let mut this = self.project();
        let course = Course::new(this.policy, this.place, &*this.rules, Clock::Async);
        if matches!(*this.state, State::Start) {
            if let Some(wait) = this.shared.fleet_wait() {
                this.state.set(State::AskingFleet { progress: None, wait });
            }
        }
        loop {
            let progress = match this.state.as_mut().project() {
                StateProjection::Start => match course.start::<S, N>(this.shared) {
                    Continue(progress) => {
                        this.operation.begin(&course, &progress);
                        progress
                    }
                    Break(end) => {
                        this.state.set(State::Ended);
                        return Poll::Ready(end);
                    }
                },
                StateProjection::Attempting { progress, attempt } => {
                    let (operation, around) = (&mut *this.operation, (&*this.shared, &*this.sleeper));
                    let polled = marked(around.0, || operation.poll(attempt, &course, around, context));
                    let (result, timed_out) = ready!(polled);
                    let mut progress = *progress;
                    // The attempt is dropped, as at the end of its statement in a loop by hand.
                    this.state.set(State::Ended);
                    let hint = this.operation.ended(&course, &result);
                    let ended = Attempt::of_async(this.operation.call(), C::IS_POSSIBLE, timed_out);
                    let ended = Attempt { hint, ..ended };
                    let cancelled = || this.cancel.as_mut().is_cancelled(context);
                    match course.after::<S, N>(this.shared, &mut progress, result, ended, cancelled) {
                        Break(end) => return Poll::Ready(end),
                        Continue(Pause { wait, planned, result }) => {
                            this.kept.keep(planned, result);
                            let wait = this.sleeper.wait(Delay(wait));
                            this.state.set(State::Waiting { progress, wait });
                        }
                    }
                    continue;
                }
                StateProjection::Waiting { progress, wait } => {
                    let is_cancelled = ready!(poll_wait(this.cancel.as_mut(), wait, context));
                    let progress = *progress;
                    // A call that has ended asks for no lease.
                    if let Some(wait) = if is_cancelled { None } else { this.shared.fleet_wait() } {
                        this.state.set(State::AskingFleet { progress: Some(progress), wait });
                        continue;
                    }
                    if let Some((given_up, result)) = resume(this.shared, this.kept, is_cancelled) {
                        this.state.set(State::Ended);
                        return Poll::Ready(course.give_up::<N>(Some(&given_up), result));
                    }
                    progress
                }
                StateProjection::AskingFleet { progress, wait } => {
                    ready!(Pin::new(wait).poll(context));
                    let Some(progress) = *progress else {
                        this.state.set(State::Start);
                        continue;
                    };
                    if let Some((given_up, result)) = resume(this.shared, this.kept, false) {
                        this.state.set(State::Ended);
                        return Poll::Ready(course.give_up::<N>(Some(&given_up), result));
                    }
                    progress
                }
                StateProjection::Ended => panic!("a call was polled after its end"),
            };
            let attempt = this.operation.start(&course, &progress, this.sleeper);
            this.state.set(State::Attempting { progress, attempt });
        }
    }
}

/// Polls an attempt, with the mark of a trial.
#[inline]
fn marked<E, S: Sharing<E>, V>(shared: &S, poll: impl FnOnce() -> V) -> V {
    let _mark = shared.mark();
    poll()
}

/// Ends a wait. Returns the end of the call if it was cancelled, or if the breaker refuses the next attempt.
#[inline]
fn resume<T, E, S: Sharing<E>, K: Keep<Result<T, E>>>(
    shared: &mut S,
    kept: &mut K,
    is_cancelled: bool,
) -> Option<(GivenUp, Result<T, E>)> {
    let (planned, result) = kept.take()?;
    if is_cancelled {
        return Some((planned.cancelled(), result));
    }
    let given_up = shared.resume(&planned, Clock::Async).err()?;
    Some((given_up, result))
}

impl<O, T, E, R, S, C, Z, K> Future for RetryFuture<'_, O, T, E, R, S, C, Z, K>
where
    Z: Sleeper,
    O: AsyncOperation<T, E, Z>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    K: Keep<Result<T, E>>,
{
    type Output = Result<T, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        self.poll_to::<Unchanged>(context)
    }
}

impl<O: Operation, T, E, R: Debug, S: Debug, C, Z: Waits, K> Debug
    for RetryFuture<'_, O, T, E, R, S, C, Z, K>
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryFuture")
            .field("policy", &self.policy)
            .field("rules", &self.rules)
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}
