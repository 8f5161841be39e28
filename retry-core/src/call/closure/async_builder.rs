//! The steps of an async call that change the shape of its future.

use core::future::Future;
use core::time::Duration;

use super::super::cancel::Cancellation;
use super::future::{RetryFuture, State};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::hedging::Hedgeable;
use super::lending::RetryLending;
use super::operation::{Limited, Operation, Restarting};
use super::rule::{Both, Limit};
use super::searched::{Refusal, Throttleable};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::sharing::Shares;
use super::sleeper::{CancelBy, Kept, SleepBy, Waits};
use super::step::{AttemptLimit, RestartAfter};
use crate::error::FromTimeout;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::{
    breaker::CircuitBreaker,
    budget::RetryBudget,
    call::hedged::lend_hedge,
    call::limits::{Lend, lend_breaker, lend_budget, lend_throttle},
    hedge::Hedge,
    throttle::Throttle,
};

impl<'p, O: Operation, T, E, R, S, C, Z: Waits, K> RetryFuture<'p, O, T, E, R, S, C, Z, K> {
    /// Returns the call with one more rule.
    #[inline]
    pub(super) fn with_rule<N>(self, step: N) -> RetryFuture<'p, O, T, E, Both<N, R>, S, C, Z, K> {
        let RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, .. } = self;
        let (rules, state) = (Both { step, before: rules }, State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }

    #[inline]
    pub(super) fn with_operation<P: Operation>(
        self,
        change: impl FnOnce(O) -> P,
    ) -> RetryFuture<'p, P, T, E, R, S, C, Z, K> {
        let RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, .. } = self;
        let (operation, state) = (change(operation), State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }

    /// Waits by `sleep` instead of the runtime's timer, before an attempt and for
    /// [`attempt_timeout`](Self::attempt_timeout).
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::{cell::Cell, time::Duration};
    ///
    /// let waited = Cell::new(Duration::ZERO);
    /// let sleep = async |delay| waited.set(waited.get() + delay);
    /// let result = retry_core::Policy::new().retry_async(async || Err::<(), _>("busy")).sleep(sleep).await;
    /// assert!(result.is_err() && waited.get() >= Duration::from_secs(3));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn sleep<W, G>(self, sleep: W) -> RetryFuture<'p, O, T, E, R, S, C, SleepBy<W, G>, K>
    where
        W: Fn(Duration) -> G,
        G: Future<Output = ()>,
    {
        let RetryFuture { policy, place, operation, rules, shared, cancel, kept, result, .. } = self;
        let (sleeper, state) = (SleepBy::new(sleep), State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }

    /// Ends the call from outside when `cancel` ends, such as `token.cancelled()`. It is polled after each failed attempt
    /// and during waits. A running attempt is not cut off, and attempt 1 always runs.
    ///
    /// The last error is kept during waits, so the call is `Send` only if the error is.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// let shut_down = std::future::ready(());
    /// let policy = retry_core::Policy::new();
    /// let call = policy.retry_async(async || Err::<(), _>("busy")).cancel(shut_down);
    /// let error = call.run_or_explain().await.unwrap_err();
    /// assert_eq!((error.reason(), error.attempts()), (retry_core::GiveUpReason::Cancelled, 1));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn cancel<N: Cancellation>(
        self,
        cancel: N,
    ) -> RetryFuture<'p, O, T, E, R, S, CancelBy<N::Future>, Z, Kept<Result<T, E>>> {
        let RetryFuture { policy, place, operation, rules, shared, sleeper, result, .. } = self;
        let (cancel, kept, state) = (CancelBy { future: cancel.into_cancel() }, Kept(None), State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }

    /// Cancels an attempt that runs longer than `timeout`; the attempt fails with an error that is made from
    /// [`AttemptTimeout`](crate::AttemptTimeout). If repeated, the last one applies.
    ///
    /// The attempt is retried, unless [`on`](Self::on) selects other types or [`when`](Self::when) refuses its error:
    /// with `on`, add `.on::<AttemptTimeout>()` and let the error's `source` lead to it.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::{future::pending, io, time::Duration};
    ///
    /// let policy = retry_core::Policy::new().max(2);
    /// let call = policy.retry_async(pending::<io::Result<()>>);
    /// let error = call.attempt_timeout(Duration::from_millis(1)).await.unwrap_err();
    /// assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn attempt_timeout(
        self,
        timeout: Duration,
    ) -> RetryFuture<'p, Limited<O, E>, T, E, Both<AttemptLimit<E>, R>, S, C, Z, K>
    where
        E: FromTimeout,
    {
        let limit = Limit { time: timeout, error: E::from_timeout };
        self.with_rule(AttemptLimit(limit)).with_operation(Limited::new)
    }

    /// Starts the call anew after an attempt that failed, but ran for at least `time`: its failure counts as that of
    /// attempt 1. It is for connections and streams that are set up again for as long as each of them lasts.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let guard = retry_core::testing::no_wait();
    /// use std::{cell::Cell, time::Duration};
    ///
    /// let sessions = Cell::new(0);
    /// let session = async || {
    ///     sessions.set(sessions.get() + 1);
    /// #   if sessions.get() < 3 { guard.advance(Duration::from_secs(600)); }
    ///     // A session that runs for ten minutes, twice.
    ///     Err::<(), _>("connection closed")
    /// };
    /// let policy = retry_core::Policy::new();
    /// assert!(policy.retry_async(session).restart_after(Duration::from_secs(120)).await.is_err());
    /// assert_eq!(sessions.get(), 4);
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn restart_after(
        self,
        time: Duration,
    ) -> RetryFuture<'p, Restarting<O>, T, E, Both<RestartAfter, R>, S, C, Z, K> {
        self.with_rule(RestartAfter(time)).with_operation(Restarting::new)
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<'p, O: Operation, T, E, R, S, C, Z: Waits, K> RetryFuture<'p, O, T, E, R, S, C, Z, K> {
    /// Pays for retries from `budget`: a [`RetryBudget`], or a pointer or an `Option` that lends one.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::{Policy, RetryBudget};
    ///
    /// static BUDGET: RetryBudget = RetryBudget::new();
    ///
    /// let result = Policy::new().retry_async(async || Err::<(), _>("busy")).budget(&BUDGET).await;
    /// assert_eq!(result, Err("busy"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn budget<'b, L>(self, budget: &'b L) -> RetryFuture<'p, O, T, E, R, Shares<'b, E>, C, Z, K>
    where
        L: Lend<RetryBudget> + ?Sized,
        S: Into<Shares<'b, E>>,
    {
        self.with_shared(|shared| shared.with_budget(lend_budget(budget)))
    }

    /// Spares the server by `breaker`: a [`CircuitBreaker`], or a pointer or an `Option` that lends one. While it is open,
    /// the call fails at once with an error that is made from [`CircuitOpen`](crate::CircuitOpen).
    ///
    /// The last error is kept during waits, so the call is `Send` only if the error is.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    /// use retry_core::{CircuitBreaker, Policy};
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().name("search").consecutive_failures(2);
    ///
    /// let search = async || Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut));
    /// assert!(Policy::new().retry_async(search).breaker(&SEARCH).await.is_err());
    /// let refused = Policy::new().retry_async(search).breaker(&SEARCH).await.unwrap_err();
    /// assert!(refused.to_string().contains("`search` is open"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn breaker<'b, L>(
        self,
        breaker: &'b L,
    ) -> RetryFuture<'p, O, T, E, R, Shares<'b, E>, C, Z, Kept<Result<T, E>>>
    where
        L: Lend<CircuitBreaker> + ?Sized,
        S: Into<Shares<'b, E>>,
        E: Refusal,
    {
        self.with_shared(|shared| shared.with_breaker(lend_breaker(breaker), E::refusal)).keeping()
    }

    /// Sends fewer requests to an overloaded server by `throttle`: a [`Throttle`], or a pointer or an `Option` that lends
    /// one. While the server rejects most requests, some calls fail at once with an error that is made from
    /// [`Throttled`](crate::Throttled).
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    /// use retry_core::{Policy, Throttle};
    ///
    /// static SEARCH: Throttle = Throttle::new().name("search");
    ///
    /// let search = async || Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut));
    /// for _ in 0..20 {
    ///     assert!(Policy::new().retry_async(search).throttle(&SEARCH).await.is_err());
    /// }
    /// assert!(SEARCH.refusal_probability() > 0.8);
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn throttle<'b, L>(self, throttle: &'b L) -> RetryFuture<'p, O, T, E, R, Shares<'b, E>, C, Z, K>
    where
        L: Lend<Throttle> + ?Sized,
        S: Into<Shares<'b, E>>,
        E: Throttleable,
    {
        self.with_shared(|shared| shared.with_throttle(lend_throttle(throttle), E::throttled))
    }

    /// Starts a copy of an attempt that is slow to answer, by `hedge`: a [`Hedge`], or a pointer or an `Option` that lends
    /// one. The first acceptable result is taken, and the other tries are dropped.
    ///
    /// The operation is called again for a copy while its first future runs.
    /// [`retry_async_mut`](crate::Policy::retry_async_mut), whose futures borrow from the closure, has no hedge.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::time::Duration;
    /// use retry_core::{Hedge, Policy};
    ///
    /// static READS: Hedge = Hedge::after(Duration::from_millis(50));
    ///
    /// let read = async || Ok::<_, ()>("value");
    /// assert_eq!(Policy::new().retry_async(read).hedge(&READS).await, Ok("value"));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn hedge<'h, L>(self, hedge: &'h L) -> RetryFuture<'p, O::Hedged<'h>, T, E, R, S, C, Z, K>
    where
        L: Lend<Hedge> + ?Sized,
        O: Hedgeable,
    {
        self.with_operation(|operation| operation.hedged(lend_hedge(hedge)))
    }

    #[inline]
    pub(super) fn with_shared<'b>(
        self,
        add: impl FnOnce(Shares<'b, E>) -> Shares<'b, E>,
    ) -> RetryFuture<'p, O, T, E, R, Shares<'b, E>, C, Z, K>
    where
        S: Into<Shares<'b, E>>,
    {
        let RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, .. } = self;
        let (shared, state) = (add(shared.into()), State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }

    /// Returns the call with room for its last result during a wait.
    #[inline]
    pub(super) fn keeping(self) -> RetryFuture<'p, O, T, E, R, S, C, Z, Kept<Result<T, E>>> {
        let RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, result, .. } = self;
        let (kept, state) = (Kept(None), State::Start);
        RetryFuture { policy, place, operation, rules, shared, cancel, sleeper, kept, result, state }
    }
}

impl<'p, F, T, E, R, S, C, Z> RetryLending<'p, F, T, E, R, S, C, Z> {
    /// Returns the call with one more rule.
    pub(super) fn with_rule<N>(self, step: N) -> RetryLending<'p, F, T, E, Both<N, R>, S, C, Z> {
        let RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result } = self;
        let rules = Both { step, before: rules };
        RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result }
    }

    /// Waits by `sleep` instead of the runtime's timer, like [`RetryFuture::sleep`].
    pub fn sleep<W, G>(self, sleep: W) -> RetryLending<'p, F, T, E, R, S, C, SleepBy<W, G>>
    where
        W: Fn(Duration) -> G,
        G: Future<Output = ()>,
    {
        let RetryLending { policy, place, operation, rules, shared, cancel, result, .. } = self;
        let sleeper = SleepBy::new(sleep);
        RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result }
    }

    /// Ends the call from outside when `cancel` ends, like [`RetryFuture::cancel`].
    pub fn cancel<N: Cancellation>(
        self,
        cancel: N,
    ) -> RetryLending<'p, F, T, E, R, S, CancelBy<N::Future>, Z> {
        let RetryLending { policy, place, operation, rules, shared, sleeper, result, .. } = self;
        let cancel = CancelBy { future: cancel.into_cancel() };
        RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result }
    }

    /// Cancels an attempt that runs longer than `timeout`, like [`RetryFuture::attempt_timeout`].
    pub fn attempt_timeout(
        self,
        timeout: Duration,
    ) -> RetryLending<'p, F, T, E, Both<AttemptLimit<E>, R>, S, C, Z>
    where
        E: FromTimeout,
    {
        self.with_rule(AttemptLimit(Limit { time: timeout, error: E::from_timeout }))
    }

    /// Starts the call anew after a long attempt that failed, like [`RetryFuture::restart_after`].
    pub fn restart_after(self, time: Duration) -> RetryLending<'p, F, T, E, Both<RestartAfter, R>, S, C, Z> {
        self.with_rule(RestartAfter(time))
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<'p, F, T, E, R, S, C, Z> RetryLending<'p, F, T, E, R, S, C, Z> {
    /// Pays for retries from `budget`, like [`RetryFuture::budget`].
    pub fn budget<'b, L>(self, budget: &'b L) -> RetryLending<'p, F, T, E, R, Shares<'b, E>, C, Z>
    where
        L: Lend<RetryBudget> + ?Sized,
        S: Into<Shares<'b, E>>,
    {
        self.with_shared(|shared| shared.with_budget(lend_budget(budget)))
    }

    /// Spares the server by `breaker`, like [`RetryFuture::breaker`].
    pub fn breaker<'b, L>(self, breaker: &'b L) -> RetryLending<'p, F, T, E, R, Shares<'b, E>, C, Z>
    where
        L: Lend<CircuitBreaker> + ?Sized,
        S: Into<Shares<'b, E>>,
        E: Refusal,
    {
        self.with_shared(|shared| shared.with_breaker(lend_breaker(breaker), E::refusal))
    }

    /// Sends fewer requests to an overloaded server by `throttle`, like [`RetryFuture::throttle`].
    pub fn throttle<'b, L>(self, throttle: &'b L) -> RetryLending<'p, F, T, E, R, Shares<'b, E>, C, Z>
    where
        L: Lend<Throttle> + ?Sized,
        S: Into<Shares<'b, E>>,
        E: Throttleable,
    {
        self.with_shared(|shared| shared.with_throttle(lend_throttle(throttle), E::throttled))
    }

    pub(super) fn with_shared<'b>(
        self,
        add: impl FnOnce(Shares<'b, E>) -> Shares<'b, E>,
    ) -> RetryLending<'p, F, T, E, R, Shares<'b, E>, C, Z>
    where
        S: Into<Shares<'b, E>>,
    {
        let RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result } = self;
        let shared = add(shared.into());
        RetryLending { policy, place, operation, rules, shared, cancel, sleeper, result }
    }
}
