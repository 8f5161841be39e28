//! Rules that many calls share, with a type that can be named.

use core::fmt::{self, Debug, Formatter};
use core::future::Future;
use core::marker::PhantomData;
use core::panic::Location;
use core::time::Duration;
use std::sync::Arc;

use super::super::event::{GiveUpEvent, RetryEvent, SuccessEvent};
use super::super::handle::Call;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::super::limits::Lend;
use super::blocking_call::RetryCall;
use super::future::RetryFuture;
use super::lending::RetryLending;
use super::operation::{AsyncClosure, AsyncWithCall, Closure, Limited, Operation, Restarting, WithCall};
use super::rule::{Both, Limit, Rule};
use super::searched::{Refusal, Throttleable};
use super::shared_rules::RulesOf;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::sharing::Shares;
use super::sleeper::{Kept, Never, Runtime, Waits};
use super::step::{AttemptLimit, Common, OnGiveUp, OnRetry, OnSuccess, RestartAfter};
use crate::error::FromTimeout;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::error::{CircuitOpen, Throttled};
use crate::policy::Policy;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::{breaker::CircuitBreaker, budget::RetryBudget, throttle::Throttle};

/// Rules for errors of type `E` that are being written. [`Policy::rules`] creates them, and [`boxed`](Self::boxed) ends
/// them.
///
/// They have the steps of a call that are about errors. What the steps are given is shared by calls on any thread, so it
/// is `Send`, `Sync` and `'static`, and hooks are `Fn`.
#[must_use = "the rules are written, but not used"]
pub struct RulesBuilder<E, R = ()> {
    policy: Policy,
    rules: R,
    shared: Lenders<E>,
}

/// The budget, the breaker and the throttle of rules.
struct Lenders<E> {
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    budget: Option<Box<dyn Lend<RetryBudget> + Send + Sync>>,
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    breaker: Option<LentBreaker<E>>,
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    throttle: Option<LentThrottle<E>>,
    error: PhantomData<fn() -> E>,
}

/// A breaker, and the error of a call that it refuses.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
type LentBreaker<E> = (Box<dyn Lend<CircuitBreaker> + Send + Sync>, fn(CircuitOpen) -> E);

/// A throttle, and the error of a call that it refuses.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
type LentThrottle<E> = (Box<dyn Lend<Throttle> + Send + Sync>, fn(Throttled) -> E);

impl Policy {
    /// Returns rules for errors of type `E`, which calls share by this policy. Their type can be named, as that of a
    /// field.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use std::io;
    /// use retry_core::{Policy, RetryRules};
    ///
    /// struct Client { retry: RetryRules<io::Error> }
    ///
    /// impl Client {
    ///     fn new() -> Client {
    ///         let retry = Policy::new().max(5).rules::<io::Error>().when(|error| error.kind() == io::ErrorKind::TimedOut);
    ///         Client { retry: retry.log_errors().boxed() }
    ///     }
    ///
    ///     fn get(&self, page: &str) -> io::Result<String> {
    ///         self.retry.retry(|| Err(io::Error::new(io::ErrorKind::TimedOut, page))).name("get").run()
    ///     }
    /// }
    ///
    /// assert!(Client::new().get("index").is_err());
    /// assert_eq!(guard.delays().len(), 4);
    /// ```
    pub fn rules<E>(&self) -> RulesBuilder<E> {
        let shared = Lenders {
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            budget: None,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            breaker: None,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            throttle: None,
            error: PhantomData,
        };
        RulesBuilder { policy: *self, rules: (), shared }
    }
}

impl<E, R> RulesBuilder<E, R> {
    /// Returns the rules with one more rule.
    pub(super) fn with_rule<N>(self, step: N) -> RulesBuilder<E, Both<N, R>> {
        let RulesBuilder { policy, rules, shared } = self;
        RulesBuilder { policy, rules: Both { step, before: rules }, shared }
    }

    /// Limits the time of each attempt of an async call, like [`RetryFuture::attempt_timeout`]. A blocking call ignores
    /// it.
    pub fn attempt_timeout(self, timeout: Duration) -> RulesBuilder<E, Both<AttemptLimit<E>, R>>
    where
        E: FromTimeout,
    {
        self.with_rule(AttemptLimit(Limit { time: timeout, error: E::from_timeout }))
    }

    /// Starts a call anew after a long attempt that failed, like [`RetryCall::restart_after`].
    pub fn restart_after(self, time: Duration) -> RulesBuilder<E, Both<RestartAfter, R>> {
        self.with_rule(RestartAfter(time))
    }

    /// Calls `hook` before each wait. The event has no value, because calls with these rules return values of any type.
    pub fn on_retry<H: Fn(&RetryEvent<'_, E>)>(
        self,
        hook: H,
    ) -> RulesBuilder<E, Both<OnRetry<Common<H>>, R>> {
        self.with_rule(OnRetry(Common(hook)))
    }

    /// Calls `hook` when a call gives up. The event has no value, because calls with these rules return values of any
    /// type.
    pub fn on_give_up<H: Fn(&GiveUpEvent<'_, E>)>(
        self,
        hook: H,
    ) -> RulesBuilder<E, Both<OnGiveUp<Common<H>>, R>> {
        self.with_rule(OnGiveUp(Common(hook)))
    }

    /// Calls `hook` when a call succeeds after a failed attempt.
    pub fn on_success<H: Fn(&SuccessEvent<'_>)>(
        self,
        hook: H,
    ) -> RulesBuilder<E, Both<OnSuccess<Common<H>>, R>> {
        self.with_rule(OnSuccess(Common(hook)))
    }

    /// Ends the rules. This allocates once; a clone allocates nothing.
    pub fn boxed(self) -> RetryRules<E>
    where
        R: Rule<(), E> + Send + Sync + 'static,
    {
        let RulesBuilder { policy, rules, shared } = self;
        RetryRules(Arc::new(Inner { policy, shared, rules: Box::new(rules) }))
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl<E, R> RulesBuilder<E, R> {
    /// Pays for retries from `budget`: a reference to a `static`, an `Arc`, or an `Option` of them.
    pub fn budget(mut self, budget: impl Lend<RetryBudget> + Send + Sync + 'static) -> Self {
        self.shared.budget = Some(Box::new(budget));
        self
    }

    /// Spares the server by `breaker`: a reference to a `static`, an `Arc`, or an `Option` of them.
    pub fn breaker(mut self, breaker: impl Lend<CircuitBreaker> + Send + Sync + 'static) -> Self
    where
        E: Refusal,
    {
        self.shared.breaker = Some((Box::new(breaker), E::refusal));
        self
    }

    /// Sends fewer requests to an overloaded server by `throttle`: a reference to a `static`, an `Arc`, or an `Option` of
    /// them.
    pub fn throttle(mut self, throttle: impl Lend<Throttle> + Send + Sync + 'static) -> Self
    where
        E: Throttleable,
    {
        self.shared.throttle = Some((Box::new(throttle), E::throttled));
        self
    }
}

/// A policy with rules for errors of type `E`, which calls on any thread share. [`Policy::rules`] creates them.
///
/// Calls begin with [`retry`](Self::retry) and the like, and may have more steps. [`RetryCall::rules`] adds the rules to a
/// call by another policy.
pub struct RetryRules<E>(Arc<Inner<E>>);

struct Inner<E> {
    policy: Policy,
    shared: Lenders<E>,
    rules: Box<dyn Rule<(), E> + Send + Sync>,
}

/// A call of a function by rules that many calls share.
type Ruled<'r, O, T, E> = RetryCall<'r, O, T, E, Both<RulesOf<'r, E>, ()>, Shares<'r, E>>;
type RuledFuture<'r, O, T, E> = RetryFuture<
    'r,
    Limited<Restarting<O>, E>,
    T,
    E,
    Both<RulesOf<'r, E>, ()>,
    Shares<'r, E>,
    Never,
    Runtime,
    Kept<Result<T, E>>,
>;
type RuledLending<'r, F, T, E> = RetryLending<'r, F, T, E, Both<RulesOf<'r, E>, ()>, Shares<'r, E>>;

impl<E> RetryRules<E> {
    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Calls `operation` by these rules: short for `.retry(operation).run()`.
    ///
    /// # Errors
    /// Returns the error of the last attempt.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use retry_core::{Policy, RetryRules};
    ///
    /// let rules: RetryRules<&str> = Policy::new().rules().when(|error| *error == "busy").boxed();
    /// assert_eq!(rules.run(|| Err::<(), _>("gone")), Err("gone"));
    /// assert!(guard.delays().is_empty());
    /// ```
    #[track_caller]
    pub fn run<T>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        self.retry(operation).run()
    }

    /// Calls the async `operation` by these rules, like [`retry_async`](RetryRules::retry_async).
    ///
    /// # Panics
    /// The future panics as that of [`retry_async`](Self::retry_async) does.
    #[track_caller]
    pub fn run_async<T, F, A>(&self, operation: F) -> RuledFuture<'_, AsyncClosure<F, A>, T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        self.retry_async(operation)
    }

    /// Returns a call of `operation` like [`Policy::retry`].
    #[track_caller]
    pub fn retry<T, F: FnMut() -> Result<T, E>>(&self, operation: F) -> Ruled<'_, Closure<F>, T, E> {
        RetryCall::new(self.policy(), Location::caller(), Closure(operation)).rules(self)
    }

    /// Returns a call of `operation` like [`Policy::retry_with`].
    #[track_caller]
    pub fn retry_with<T, F: FnMut(&Call) -> Result<T, E>>(
        &self,
        operation: F,
    ) -> Ruled<'_, WithCall<F>, T, E> {
        RetryCall::new(self.policy(), Location::caller(), WithCall(operation)).rules(self)
    }

    /// Returns a call of the async `operation` like [`Policy::retry_async`]. It is `Send` only if the error is.
    ///
    /// # Panics
    /// The future panics as that of [`Policy::retry_async`] does: if it has to wait without a timer, or is polled after its end.
    #[track_caller]
    pub fn retry_async<T, F, A>(&self, operation: F) -> RuledFuture<'_, AsyncClosure<F, A>, T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        RetryFuture::new(self.policy(), Location::caller(), AsyncClosure::new(operation)).rules(self)
    }

    /// Returns a call of the async `operation` like [`Policy::retry_async_with`]. It is `Send` only if the error is.
    ///
    /// # Panics
    /// The future panics as that of [`retry_async`](Self::retry_async) does.
    #[track_caller]
    pub fn retry_async_with<T, F, A>(&self, operation: F) -> RuledFuture<'_, AsyncWithCall<F, A>, T, E>
    where
        F: FnMut(Arc<Call>) -> A,
        A: Future<Output = Result<T, E>>,
    {
        RetryFuture::new(self.policy(), Location::caller(), AsyncWithCall::new(operation)).rules(self)
    }

    /// Returns a call of the async `operation` like [`Policy::retry_async_mut`].
    #[track_caller]
    pub fn retry_async_mut<T, F: AsyncFnMut() -> Result<T, E>>(
        &self,
        operation: F,
    ) -> RuledLending<'_, F, T, E> {
        self.policy().retry_async_mut(operation).rules(self)
    }

    fn as_rule(&self) -> RulesOf<'_, E> {
        RulesOf(&*self.0.rules)
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn share<'r>(&'r self, shared: Shares<'r, E>) -> Shares<'r, E> {
        let Lenders { budget, breaker, throttle, .. } = &self.0.shared;
        let mut shared = shared.with_budget(budget.as_ref().and_then(|budget| budget.lend()));
        if let Some((breaker, error)) = breaker {
            shared = shared.with_breaker(breaker.lend(), *error);
        }
        if let Some((throttle, error)) = throttle {
            shared = shared.with_throttle(throttle.lend(), *error);
        }
        shared
    }
}

impl<'p, O, T, E, R, S> RetryCall<'p, O, T, E, R, S> {
    /// Adds rules that many calls share. Their policy does not apply: the call has its own.
    ///
    /// ```
    /// # let guard = retry_core::testing::no_wait();
    /// use retry_core::Policy;
    ///
    /// let transient = Policy::new().rules::<u16>().when(|status| *status >= 500).boxed();
    /// assert_eq!(Policy::new().max(4).retry(|| Err::<(), _>(503)).rules(&transient).run(), Err(503));
    /// assert_eq!(guard.delays().len(), 3);
    /// assert_eq!(Policy::new().max(4).retry(|| Err::<(), _>(404)).rules(&transient).run(), Err(404));
    /// assert_eq!(guard.delays().len(), 3);
    /// ```
    pub fn rules<'r>(
        self,
        rules: &'r RetryRules<E>,
    ) -> RetryCall<'p, O, T, E, Both<RulesOf<'r, E>, R>, Shares<'r, E>>
    where
        S: Into<Shares<'r, E>>,
    {
        self.with_rule(rules.as_rule()).with_shared(|shared| rules.share(shared))
    }
}

impl<'p, O: Operation, T, E, R, S, C, Z: Waits, K> RetryFuture<'p, O, T, E, R, S, C, Z, K> {
    /// Adds rules that many calls share, like [`RetryCall::rules`]. The last error is kept during waits for a breaker of
    /// the rules, so the call is `Send` only if the error is.
    pub fn rules<'r>(
        self,
        rules: &'r RetryRules<E>,
    ) -> RetryFuture<
        'p,
        Limited<Restarting<O>, E>,
        T,
        E,
        Both<RulesOf<'r, E>, R>,
        Shares<'r, E>,
        C,
        Z,
        Kept<Result<T, E>>,
    >
    where
        S: Into<Shares<'r, E>>,
    {
        self.with_rule(rules.as_rule())
            .with_operation(|operation| Limited::new(Restarting::new(operation)))
            .with_shared(|shared| rules.share(shared))
            .keeping()
    }
}

impl<'p, F, T, E, R, S, C, Z> RetryLending<'p, F, T, E, R, S, C, Z> {
    /// Adds rules that many calls share, like [`RetryCall::rules`].
    pub fn rules<'r>(
        self,
        rules: &'r RetryRules<E>,
    ) -> RetryLending<'p, F, T, E, Both<RulesOf<'r, E>, R>, Shares<'r, E>, C, Z>
    where
        S: Into<Shares<'r, E>>,
    {
        self.with_rule(rules.as_rule()).with_shared(|shared| rules.share(shared))
    }
}

impl<E> Clone for RetryRules<E> {
    fn clone(&self) -> Self {
        RetryRules(Arc::clone(&self.0))
    }
}

impl<E> Debug for RetryRules<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryRules").field("policy", self.policy()).finish_non_exhaustive()
    }
}

impl<E, R: Debug> Debug for RulesBuilder<E, R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RulesBuilder { policy, rules, .. } = self;
        f.debug_struct("RulesBuilder").field("policy", policy).field("rules", rules).finish_non_exhaustive()
    }
}
