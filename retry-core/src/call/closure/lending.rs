//! The call of an async closure that lends from what it captures.

use core::fmt::{self, Debug, Formatter};
use core::future::{Future, poll_fn};
use core::marker::PhantomData;
use core::ops::ControlFlow::{self, Break, Continue};
use core::panic::Location;
use core::pin::{Pin, pin};
use core::task::{Poll, ready};

use super::super::handle::{AttemptStart, Call};
use super::super::planned::{GivenUp, Planned};
use super::super::progress::Progress;
use super::super::timeout::limit_now;
use super::super::traced::LateTrace;
use super::course::{Attempt, Course, Pause};
use super::ending::{Ending, Explained, Unchanged};
use super::operation::poll_limited;
use super::rule::{Limit, Rule};
use super::searched::Explainable;
use super::sharing::{Sharing, Unshared};
use super::sleeper::{Cancel, Never, Runtime, Sleeper, poll_wait};
use crate::error::RetryError;
use crate::policy::Policy;
use crate::runtime::{Clock, Delay};

/// The call of an async closure that lends from what it captures. [`Policy::retry_async_mut`] creates it, and
/// [`run`](Self::run) returns its future, which panics where a [`RetryFuture`](crate::RetryFuture) does.
#[must_use = "nothing is called before `run`"]
pub struct RetryLending<'p, F, T, E, R = (), S = Unshared, C = Never, Z = Runtime> {
    pub(super) policy: &'p Policy,
    pub(super) place: &'static Location<'static>,
    pub(super) operation: F,
    pub(super) rules: R,
    pub(super) shared: S,
    pub(super) cancel: C,
    pub(super) sleeper: Z,
    pub(super) result: PhantomData<fn() -> Result<T, E>>,
}

impl Policy {
    /// Returns a call of an async closure whose futures may borrow what it captures, such as `async || { sent += 1; … }`.
    ///
    /// It has the steps of [`retry_async`](Policy::retry_async), and `.run().await` at its end. A call can be spawned if its
    /// closure owns what it captures, as `async move || …` does; the compiler does not find that the call of a closure
    /// that borrows is `Send`, so such a call is awaited in place. The last error is kept during waits.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let mut sent = Vec::new();
    /// let send = async || {
    ///     sent.push(sent.len());
    ///     if sent.len() < 3 { Err("busy") } else { Ok(sent.len()) }
    /// };
    /// assert_eq!(Policy::new().retry_async_mut(send).log_errors().run().await, Ok(3));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[track_caller]
    pub fn retry_async_mut<T, E, F: AsyncFnMut() -> Result<T, E>>(
        &self,
        operation: F,
    ) -> RetryLending<'_, F, T, E> {
        RetryLending {
            policy: self,
            place: Location::caller(),
            operation,
            rules: (),
            shared: Unshared,
            cancel: Never,
            sleeper: Runtime,
            result: PhantomData,
        }
    }
}

impl<F, T, E, R, S, C, Z> RetryLending<'_, F, T, E, R, S, C, Z>
where
    F: AsyncFnMut() -> Result<T, E>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    Z: Sleeper,
{
    /// Calls the operation until it succeeds or the policy gives up, and returns its last result unchanged.
    ///
    /// # Errors
    /// Returns the error of the last attempt, or what the fallback returns.
    ///
    /// # Panics
    /// Panics if it has to wait without a timer: no runtime of tokio with `enable_time`, no `sleep` and no `set_sleep`.
    pub async fn run(self) -> Result<T, E> {
        self.run_to::<Unchanged>().await
    }

    /// Calls the operation like [`run`](Self::run), and returns the reason why the call gave up beside its last error.
    ///
    /// # Errors
    /// Returns the reason, the number of attempts, the time and the error of the last attempt. A value that
    /// [`retry_ok`](Self::retry_ok) refuses at the last attempt leaves no last error.
    ///
    /// # Panics
    /// Panics if it has to wait without a timer: no runtime of tokio with `enable_time`, no `sleep` and no `set_sleep`.
    pub async fn run_or_explain<M>(self) -> Result<T, RetryError<E>>
    where
        E: Explainable<M>,
    {
        self.run_to::<Explained<M>>().await
    }

    async fn run_to<N: Ending<T, E>>(self) -> N::Output {
        let RetryLending { policy, place, mut operation, rules, shared, cancel, sleeper, .. } = self;
        let mut cancel = pin!(cancel);
        let progress = Progress::untimed();
        let mut run = Run { policy, place, rules, shared, sleeper, progress, call: None };
        if let Some(wait) = Sharing::<E>::fleet_wait(&run.shared) {
            wait.await;
        }
        if let Break(end) = run.start::<T, E, N>() {
            return end;
        }
        loop {
            run.begin_attempt::<T, E>();
            let attempt = operation();
            let ended = run.attempt::<T, E, C, N>(cancel.as_mut(), attempt).await;
            // Only a call that may end in its wait has a result that lives on.
            let (wait, kept) = match ended {
                Continue(Pause { wait, planned, result }) => {
                    let may_end = C::IS_POSSIBLE || run.shared.may_refuse();
                    (wait, planned.filter(|_| may_end).map(|planned| (planned, result)))
                }
                Break(end) => return end,
            };
            let is_cancelled = wait_for(cancel.as_mut(), run.sleeper.wait(Delay(wait))).await;
            if let Some((planned, result)) = kept {
                // A call that has ended asks for no lease.
                let wait = if is_cancelled { None } else { Sharing::<E>::fleet_wait(&run.shared) };
                if let Some(wait) = wait {
                    wait.await;
                }
                if let Err(given_up) = resume(&mut run.shared, &planned, is_cancelled) {
                    let course = run.course::<T, E>();
                    let _entered = course.enter_call();
                    return course.give_up::<N>(Some(&given_up), result);
                }
            }
        }
    }
}

/// A call that has started. It is passed by `&mut`, so that the future of the call is `Send` if the rules are `Send`.
struct Run<'p, R, S, Z> {
    policy: &'p Policy,
    place: &'static Location<'static>,
    rules: R,
    shared: S,
    sleeper: Z,
    progress: Progress,
    call: Option<Call>,
}

impl<R, S, Z: Sleeper> Run<'_, R, S, Z> {
    fn course<T, E>(&self) -> Course<'_, T, E, R>
    where
        R: Rule<T, E>,
    {
        Course::new(self.policy, self.place, &self.rules, Clock::Async)
    }

    /// Starts the call. Returns its end if its breaker refuses it.
    fn start<T, E, N: Ending<T, E>>(&mut self) -> ControlFlow<N::Output>
    where
        R: Rule<T, E>,
        S: Sharing<E>,
    {
        let course = Course::new(self.policy, self.place, &self.rules, Clock::Async);
        let started = match course.enter_call() {
            None => course.start::<S, N>(&mut self.shared),
            Some(_entered) => course.start::<S, N>(&mut self.shared),
        };
        let progress = match started {
            Continue(progress) => progress,
            Break(end) => return Break(end),
        };
        self.call = course.call(&progress, false);
        self.progress = progress;
        Continue(())
    }

    /// Begins the span of an attempt, if it has one.
    fn begin_attempt<T, E>(&self)
    where
        R: Rule<T, E>,
    {
        let course = self.course::<T, E>();
        let _entered = course.enter_call();
        if let Some(trace) = course.trace() {
            trace.begin_attempt();
        }
    }

    /// Runs an attempt. Returns the end of the call, or the wait before the next attempt.
    async fn attempt<T, E, C: Cancel, N: Ending<T, E>>(
        &mut self,
        mut cancel: Pin<&mut C>,
        attempt: impl Future<Output = Result<T, E>>,
    ) -> ControlFlow<N::Output, Pause<T, E>>
    where
        R: Rule<T, E>,
        S: Sharing<E>,
    {
        let started = self.call.is_some().then(|| AttemptStart::now(Clock::Async));
        let mut attempt = pin!(attempt);
        let limit = self.rules.limit().map(|limit| {
            let time = limit_now(self.policy, &self.progress, limit.time);
            Limit { time, ..limit }
        });
        let mut timer = pin!(limit.as_ref().map(|limit| self.sleeper.timer(limit.time)));
        poll_fn(|context| {
            // Borrowed as a whole and by `&mut`: a reference to the rules would have to be `Send`.
            let run = &mut *self;
            let shared = &run.shared;
            let mut poll = || {
                let _mark = shared.mark();
                poll_limited(attempt.as_mut(), timer.as_mut(), limit.as_ref(), context)
            };
            let ended = match run.rules.trace().and_then(LateTrace::get) {
                None => poll(),
                Some(trace) => {
                    let _call = trace.enter();
                    let _attempt = trace.reenter_attempt();
                    poll()
                }
            };
            let (result, timed_out) = ready!(ended);
            if let (Some(limit), Some(call), Some(started)) = (run.rules.restart_after(), &run.call, started)
            {
                call.restart_after(limit, started);
            }
            let ended = Attempt::of_async(run.call.as_ref(), C::IS_POSSIBLE, timed_out);
            let is_cancelled = || cancel.as_mut().is_cancelled(context);
            let course = Course::new(run.policy, run.place, &run.rules, Clock::Async);
            let (shared, progress) = (&mut run.shared, &mut run.progress);
            Poll::Ready(match course.enter_call() {
                None => course.after::<S, N>(shared, progress, result, ended, is_cancelled),
                Some(_entered) => course.after::<S, N>(shared, progress, result, ended, is_cancelled),
            })
        })
        .await
    }
}

async fn wait_for<C: Cancel>(mut cancel: Pin<&mut C>, wait: impl Future<Output = ()>) -> bool {
    let mut wait = pin!(wait);
    poll_fn(|context| poll_wait(cancel.as_mut(), wait.as_mut(), context)).await
}

fn resume<E, S: Sharing<E>>(shared: &mut S, planned: &Planned, is_cancelled: bool) -> Result<(), GivenUp> {
    if is_cancelled { Err(planned.cancelled()) } else { shared.resume(planned, Clock::Async) }
}

impl<F, T, E, R: Debug, S: Debug, C, Z> Debug for RetryLending<'_, F, T, E, R, S, C, Z> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RetryLending { policy, rules, shared, .. } = self;
        f.debug_struct("RetryLending")
            .field("policy", policy)
            .field("rules", rules)
            .field("shared", shared)
            .finish_non_exhaustive()
    }
}
