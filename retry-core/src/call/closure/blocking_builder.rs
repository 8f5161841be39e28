//! The steps of a blocking call that depend on how it waits, and its budget, its breaker and its throttle.

use core::time::Duration;

use super::blocking_call::RetryCall;
use super::rule::Both;
use super::searched::{Refusal, Throttleable};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::sharing::Shares;
use super::step::{BlockBy, CancelWait, RestartAfter};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::{
    breaker::CircuitBreaker,
    budget::RetryBudget,
    call::limits::{Lend, lend_breaker, lend_budget, lend_throttle},
    throttle::Throttle,
};

impl<'p, O, T, E, R, S> RetryCall<'p, O, T, E, R, S> {
    /// Returns the call with one more rule.
    #[inline]
    pub(super) fn with_rule<N>(self, step: N) -> RetryCall<'p, O, T, E, Both<N, R>, S> {
        let RetryCall { policy, place, operation, rules, shared, result } = self;
        RetryCall { policy, place, operation, rules: Both { step, before: rules }, shared, result }
    }

    /// Blocks the thread by `sleep` instead of its own timer.
    ///
    /// ```
    /// use std::{cell::Cell, time::Duration};
    ///
    /// let waited = Cell::new(Duration::ZERO);
    /// let policy = retry_core::Policy::new();
    /// let call = policy.retry(|| Err::<(), _>("busy"));
    /// assert!(call.sleep(|delay| waited.set(waited.get() + delay)).run().is_err());
    /// assert!(waited.get() >= Duration::from_secs(3));
    /// ```
    pub fn sleep<W: Fn(Duration)>(self, sleep: W) -> RetryCall<'p, O, T, E, Both<BlockBy<W>, R>, S> {
        self.with_rule(BlockBy(sleep))
    }

    /// Ends the call from outside. `cancel` waits at most the time that it is given and returns whether the call ends; if
    /// it returns `false` early, the rest of the wait is slept. It is asked with a time of 0 before a retry is paid for.
    /// A running attempt is not cut off, and attempt 1 always runs.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    ///
    /// let is_shut_down = AtomicBool::new(true);
    /// let policy = retry_core::Policy::new();
    /// let call = policy.retry(|| Err::<(), _>("busy")).cancel(|_| is_shut_down.load(Relaxed));
    /// let error = call.run_or_explain().unwrap_err();
    /// assert_eq!((error.reason(), error.attempts()), (retry_core::GiveUpReason::Cancelled, 1));
    /// ```
    pub fn cancel<C: Fn(Duration) -> bool>(
        self,
        cancel: C,
    ) -> RetryCall<'p, O, T, E, Both<CancelWait<C>, R>, S> {
        self.with_rule(CancelWait(cancel))
    }

    /// Starts the call anew after an attempt that failed, but ran for at least `time`: its failure counts as that of
    /// attempt 1.
    ///
    /// ```
    /// use std::time::Duration;
    /// # let guard = retry_core::testing::no_wait();
    ///
    /// let mut sessions = 0;
    /// let session = || {
    ///     sessions += 1;
    /// #   if sessions < 3 { guard.advance(Duration::from_secs(600)); }
    ///     // A session that runs for ten minutes, twice.
    ///     Err::<(), _>("connection closed")
    /// };
    /// assert!(retry_core::Policy::new().retry(session).restart_after(Duration::from_secs(120)).run().is_err());
    /// assert_eq!(sessions, 4);
    /// ```
    pub fn restart_after(self, time: Duration) -> RetryCall<'p, O, T, E, Both<RestartAfter, R>, S> {
        self.with_rule(RestartAfter(time))
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<'p, O, T, E, R, S> RetryCall<'p, O, T, E, R, S> {
    /// Pays for retries from `budget`: a [`RetryBudget`], or a pointer or an `Option` that lends one.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::{Policy, RetryBudget};
    ///
    /// static BUDGET: RetryBudget = RetryBudget::new();
    ///
    /// assert_eq!(Policy::new().retry(|| Err::<(), _>("busy")).budget(&BUDGET).run(), Err("busy"));
    /// ```
    pub fn budget<'b, L>(self, budget: &'b L) -> RetryCall<'p, O, T, E, R, Shares<'b, E>>
    where
        L: Lend<RetryBudget> + ?Sized,
        S: Into<Shares<'b, E>>,
    {
        self.with_shared(|shared| shared.with_budget(lend_budget(budget)))
    }

    /// Spares the server by `breaker`: a [`CircuitBreaker`], or a pointer or an `Option` that lends one. While it is open,
    /// the call fails at once with an error that is made from [`CircuitOpen`](crate::CircuitOpen).
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    /// use retry_core::{CircuitBreaker, Policy};
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new().name("search").consecutive_failures(2);
    ///
    /// let search = || Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut));
    /// assert!(Policy::new().retry(search).breaker(&SEARCH).run().is_err());
    /// let refused = Policy::new().retry(search).breaker(&SEARCH).run().unwrap_err();
    /// assert!(refused.to_string().contains("`search` is open"));
    /// ```
    pub fn breaker<'b, L>(self, breaker: &'b L) -> RetryCall<'p, O, T, E, R, Shares<'b, E>>
    where
        L: Lend<CircuitBreaker> + ?Sized,
        S: Into<Shares<'b, E>>,
        E: Refusal,
    {
        self.with_shared(|shared| shared.with_breaker(lend_breaker(breaker), E::refusal))
    }

    /// Sends fewer requests to an overloaded server by `throttle`: a [`Throttle`], or a pointer or an `Option` that lends
    /// one. While the server rejects most requests, some calls fail at once with an error that is made from
    /// [`Throttled`](crate::Throttled).
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// use std::io;
    /// use retry_core::{Policy, Throttle};
    ///
    /// static SEARCH: Throttle = Throttle::new().name("search");
    ///
    /// let search = || Err::<(), _>(io::Error::from(io::ErrorKind::TimedOut));
    /// for _ in 0..20 {
    ///     assert!(Policy::new().retry(search).throttle(&SEARCH).run().is_err());
    /// }
    /// assert!(SEARCH.refusal_probability() > 0.8);
    /// ```
    pub fn throttle<'b, L>(self, throttle: &'b L) -> RetryCall<'p, O, T, E, R, Shares<'b, E>>
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
    ) -> RetryCall<'p, O, T, E, R, Shares<'b, E>>
    where
        S: Into<Shares<'b, E>>,
    {
        let RetryCall { policy, place, operation, rules, shared, result } = self;
        RetryCall { policy, place, operation, rules, shared: add(shared.into()), result }
    }
}
