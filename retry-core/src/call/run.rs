//! Retrying without the attribute: the same loop around a closure.
//!
//! In generic code only bounds tell what an error is. What the attribute reads from types is a step here, and each
//! step a type parameter with the bounds that it needs.

use core::error::Error;
use core::fmt;
use core::marker::PhantomData;
use core::ops::ControlFlow::{Break, Continue};
use core::panic::Location;
use core::time::Duration;

use super::progress::Progress;
use super::site::Site;
use super::step::{Ask, Block, Judge, Verdict, step, step_at};
use super::timeout::limit;
use crate::decision::{On, classify};
use crate::error::chain::{find_in, has_retry_error, is_circuit_open};
use crate::error::{
    AsDisplay, AsTypeName, Asked, AttemptTimeout, Describe, Opinion, Seen, Told, Unasked, Unchained,
};
use crate::policy::Policy;

impl Policy {
    /// Calls `operation` until it succeeds or this policy gives up; returns its last result unchanged.
    ///
    /// Blocks the thread while it waits. In events the operation is named by the place of this call;
    /// [`name`](Policy::name) gives it a name. All errors are retried, unless a step limits them. A bare
    /// [`CircuitOpen`](crate::CircuitOpen) ends the call; with [`retryable`](Policy::retryable) the call waits until
    /// the breaker lets it through again.
    ///
    /// # Errors
    /// The error of the last attempt.
    ///
    /// ```
    /// # let _guard = retry_core::testing::no_wait();
    /// let mut failures = 2;
    /// let result = retry_core::Policy::new().run(|| {
    ///     if failures == 0 { return Ok("connected") }
    ///     failures -= 1;
    ///     Err("refused")
    /// });
    /// assert_eq!(result, Ok("connected"));
    /// ```
    #[track_caller]
    pub fn run<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        Run::unnamed(*self).run(operation)
    }

    /// The async [`run`](Policy::run): waits on the runtime's timer.
    ///
    /// `operation` returns a new future for each attempt: `|| client.get(url)`, `|| async { … }` and `async || …` do. The
    /// future of the call is `Send` where the closure and its future are, so it can be spawned, also if the closure
    /// borrows. A closure whose futures borrow from the closure itself is not accepted, such as
    /// `async || { counter += 1; … }`, or `async move || …` that uses an owned value: write `|| async { … }` with a `Cell` or
    /// an atomic, or clone the value before the block, `|| { let client = client.clone(); async move { … } }`.
    ///
    /// # Errors
    /// The error of the last attempt.
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
    pub fn run_async<T, E, F, A>(&self, operation: F) -> impl Future<Output = Result<T, E>> + use<T, E, F, A>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
    {
        Run::unnamed(*self).run_async(operation)
    }

    /// A call with a name for its events: `policy.name("backup").run(|| …)`.
    pub const fn name(self, operation: &'static str) -> Run {
        Run::new(self, Name::Given(operation))
    }

    /// A call that retries only errors that are an `A` or have one in their source chain. See [`Run::on`].
    #[track_caller]
    pub const fn on<A: Error + 'static>(self) -> Run<Types<A, Nothing>> {
        Run::unnamed(self).on()
    }

    /// A call that retries only errors for which `predicate` is true. See [`Run::when`].
    #[track_caller]
    pub fn when<P>(self, predicate: P) -> Run<Everything, When<P>> {
        Run::unnamed(self).when(predicate)
    }

    /// A call whose errors are asked by [`Retryable`](crate::Retryable). See [`Run::retryable`].
    #[track_caller]
    pub fn retryable(self) -> Run<Everything, Always, Asked> {
        Run::unnamed(self).retryable()
    }

    /// A call whose events show the errors. See [`Run::log_errors`].
    #[track_caller]
    pub fn log_errors(self) -> Run<Everything, Always, Unasked, AsDisplay> {
        Run::unnamed(self).log_errors()
    }

    /// An async call whose attempts are limited. See [`Run::attempt_timeout`].
    #[track_caller]
    pub fn attempt_timeout(self, timeout: Duration) -> Run<Everything, Always, Unasked, AsTypeName, Limited> {
        Run::unnamed(self).attempt_timeout(timeout)
    }
}

/// A call in the making: a policy, and what is known of this one call and its errors.
///
/// ```
/// # use retry_core::{Policy, testing};
/// # let _guard = testing::no_wait();
/// use std::io;
///
/// let mut calls = 0;
/// let result = Policy::new().max(5).name("read config").on::<io::Error>().retryable().log_errors().run(|| {
///     calls += 1;
///     Err::<(), _>(io::Error::from(io::ErrorKind::NotFound))
/// });
/// assert_eq!(result.unwrap_err().kind(), io::ErrorKind::NotFound);
/// assert_eq!(calls, 1, "what is not found is not retried");
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is called before `run` or `run_async`"]
pub struct Run<O = Everything, W = Always, R = Unasked, D = AsTypeName, L = Unlimited> {
    site: Site,
    name: Name,
    on: O,
    when: W,
    opinion: R,
    description: D,
    limit: L,
}

#[derive(Clone, Copy, Debug)]
enum Name {
    Given(&'static str),
    Place(&'static Location<'static>),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Given(name) => f.write_str(name),
            Name::Place(place) => place.fmt(f),
        }
    }
}

impl Run {
    #[track_caller]
    const fn unnamed(policy: Policy) -> Run {
        Run::new(policy, Name::Place(Location::caller()))
    }

    const fn new(policy: Policy, name: Name) -> Run {
        let label = match name {
            Name::Given(label) => label,
            Name::Place(place) => place.file(),
        };
        let site = Site::new(label, policy);
        Run {
            site,
            name,
            on: Everything,
            when: Always,
            opinion: Unasked,
            description: AsTypeName,
            limit: Unlimited,
        }
    }

    /// Retries only errors that are an `A` or have one in their source chain; again for another type. The error
    /// keeps the last word where [`retryable`](Run::retryable) asks it.
    pub const fn on<A: Error + 'static>(self) -> Run<Types<A, Nothing>> {
        let Run { site, name, when, opinion, description, limit, .. } = self;
        Run { site, name, on: Types(PhantomData, Nothing), when, opinion, description, limit }
    }
}

impl<B, N, W, R, D, L> Run<Types<B, N>, W, R, D, L> {
    /// Retries errors that are an `A` as well.
    pub fn or_on<A: Error + 'static>(self) -> Run<Types<A, Types<B, N>>, W, R, D, L> {
        let Run { site, name, on, when, opinion, description, limit } = self;
        Run { site, name, on: Types(PhantomData, on), when, opinion, description, limit }
    }
}

impl<O, W, R, D, L> Run<O, W, R, D, L> {
    /// Names the operation in events.
    pub fn name(mut self, operation: &'static str) -> Self {
        self.name = Name::Given(operation);
        self.site = Site::new(operation, *self.site.policy());
        self
    }

    /// Retries only errors for which `predicate` is true. It is asked after [`on`](Run::on), and its word is final.
    ///
    /// The operation comes later, so the closure has to name the type of its argument: `.when(|error: &MyError| …)`.
    pub fn when<P>(self, predicate: P) -> Run<O, When<P>, R, D, L> {
        let Run { site, name, on, opinion, description, limit, .. } = self;
        Run { site, name, on, when: When(predicate), opinion, description, limit }
    }

    /// Asks each error by its [`Retryable`](crate::Retryable), also for a hint.
    pub fn retryable(self) -> Run<O, W, Asked, D, L> {
        let Run { site, name, on, when, description, limit, .. } = self;
        Run { site, name, on, when, opinion: Asked, description, limit }
    }

    /// Shows each error in events by its `Display`, instead of the name of its type.
    pub fn log_errors(self) -> Run<O, W, R, AsDisplay, L> {
        let Run { site, name, on, when, opinion, limit, .. } = self;
        Run { site, name, on, when, opinion, description: AsDisplay, limit }
    }

    /// Cancels an attempt that runs longer; it fails with `E::from(AttemptTimeout)`. Async calls alone have it.
    pub fn attempt_timeout(self, timeout: Duration) -> Run<O, W, R, D, Limited> {
        let Run { site, name, on, when, opinion, description, .. } = self;
        Run { site, name, on, when, opinion, description, limit: Limited(timeout) }
    }
}

/// A call as the judge of its errors.
struct Judging<'a, O, W, R, D, L> {
    run: &'a Run<O, W, R, D, L>,
    timed_out: bool,
}

impl<E, O, W, R, D, L> Judge<E> for Judging<'_, O, W, R, D, L>
where
    O: Selects<E>,
    W: Judges<E>,
    R: Opinion<E> + Copy,
    D: Describe<E> + Copy,
{
    fn judge(self, error: Option<&E>, ask: Ask<'_>) -> Verdict {
        let run = self.run;
        let Some(error) = error else { return ask.recovered(Some(&run.name)) };
        let seen = Seen::new(error, run.description, run.opinion, Unchained);
        // Without `retryable` the time left cannot be read, and asking again at once would be refused again.
        let is_refusal = is_circuit_open::<E>() && run.opinion.is_retryable(error).is_none();
        let own = || self.timed_out || (seen.own() && !run.on.gave_up(error) && !is_refusal);
        let judged = classify(|| false, || run.on.select(error), || run.when.judge(error), own);
        ask.after(&Told {
            failure: seen,
            is_retryable: Some(judged),
            hint: None,
            operation: Some(run.name),
            waited: None,
        })
    }
}

impl<O, W, R, D> Run<O, W, R, D> {
    /// Calls `operation` until it succeeds or the policy gives up.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub fn run<T, E>(&self, mut operation: impl FnMut() -> Result<T, E>) -> Result<T, E>
    where
        O: Selects<E>,
        W: Judges<E>,
        R: Opinion<E> + Copy,
        D: Describe<E> + Copy,
    {
        let mut progress = Progress::blocking(&self.site);
        loop {
            let judging = Judging { run: self, timed_out: false };
            match step_at(Block, &self.site, &mut progress, judging, operation()) {
                Continue(()) => {}
                Break(result) => return result,
            }
        }
    }
}

impl<O, W, R, D, L> Run<O, W, R, D, L> {
    /// The async [`run`](Run::run).
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn run_async<T, E, F, A>(self, mut operation: F) -> Result<T, E>
    where
        F: FnMut() -> A,
        A: Future<Output = Result<T, E>>,
        O: Selects<E>,
        W: Judges<E>,
        R: Opinion<E> + Copy,
        D: Describe<E> + Copy,
        L: Limits<E>,
    {
        let mut progress = self.limit.begin(&self.site);
        loop {
            // The error is gone before the wait: the future stays `Send` where the error is not.
            let delay = {
                let (result, timed_out) = self.limit.run(self.site.policy(), &progress, operation()).await;
                let judging = Judging { run: &self, timed_out };
                match step(&self.site, &mut progress, judging, result) {
                    Continue(delay) => delay,
                    Break(result) => return result,
                }
            };
            delay.await;
        }
    }
}

/// Which errors a call selects by type.
pub trait Selects<E> {
    /// What the types say.
    fn select(&self, error: &E) -> On;

    /// Whether the error comes from a loop that gave up, as far as its type lets one see.
    fn gave_up(&self, error: &E) -> bool;
}

/// Every error is selected.
#[derive(Clone, Copy, Debug)]
pub struct Everything;

impl<E> Selects<E> for Everything {
    fn select(&self, _: &E) -> On {
        On::Type
    }

    fn gave_up(&self, _: &E) -> bool {
        false
    }
}

/// The end of a list of types.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl<E> Selects<E> for Nothing {
    fn select(&self, _: &E) -> On {
        On::Nothing
    }

    fn gave_up(&self, _: &E) -> bool {
        false
    }
}

/// Errors that are an `A`, have one in their source chain, or are selected by `N`.
#[derive(Clone, Copy, Debug)]
pub struct Types<A, N>(PhantomData<fn() -> A>, N);

/// An error in whose chain a closure's call can look for types.
#[diagnostic::on_unimplemented(
    message = "`on` looks for a type in the source chain of an `Error`, which `{Self}` is not",
    label = "calls whose error is a `{Self}` cannot select types",
    note = "select by a closure, such as `.when(|error: &{Self}| error.is::<std::io::Error>())`, or \
            annotate a function with `#[retry(on = …)]`, which looks into boxes"
)]
pub trait Searchable: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> Searchable for E {}

impl<A: Error + 'static, N: Selects<E>, E: Searchable> Selects<E> for Types<A, N> {
    fn select(&self, error: &E) -> On {
        On::by_type(find_in::<A>(Some(error)).is_some()).or(|| self.1.select(error))
    }

    fn gave_up(&self, error: &E) -> bool {
        has_retry_error(Some(error))
    }
}

/// What a predicate says of an error.
pub trait Judges<E> {
    /// Its word, if there is one.
    fn judge(&self, error: &E) -> Option<bool>;
}

/// No predicate.
#[derive(Clone, Copy, Debug)]
pub struct Always;

impl<E> Judges<E> for Always {
    fn judge(&self, _: &E) -> Option<bool> {
        None
    }
}

/// A predicate.
#[derive(Clone, Copy)]
pub struct When<P>(P);

impl<P> fmt::Debug for When<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("When")
    }
}

impl<E, P: Fn(&E) -> bool> Judges<E> for When<P> {
    fn judge(&self, error: &E) -> Option<bool> {
        Some((self.0)(error))
    }
}

/// How long an attempt may take.
pub trait Limits<E> {
    /// The start of a call.
    fn begin(&self, site: &Site) -> Progress;

    /// Runs one attempt: its result, and whether it was cancelled.
    fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        policy: &Policy,
        progress: &Progress,
        attempt: F,
    ) -> impl Future<Output = (Result<T, E>, bool)>;
}

/// As long as it takes.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl<E> Limits<E> for Unlimited {
    fn begin(&self, site: &Site) -> Progress {
        Progress::asynchronous(site)
    }

    async fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        _: &Policy,
        _: &Progress,
        attempt: F,
    ) -> (Result<T, E>, bool) {
        (attempt.await, false)
    }
}

/// No longer than this.
#[derive(Clone, Copy, Debug)]
pub struct Limited(Duration);

impl<E: From<AttemptTimeout>> Limits<E> for Limited {
    fn begin(&self, _: &Site) -> Progress {
        Progress::asynchronous_timed()
    }

    async fn run<T, F: Future<Output = Result<T, E>>>(
        &self,
        policy: &Policy,
        progress: &Progress,
        attempt: F,
    ) -> (Result<T, E>, bool) {
        match limit(policy, progress, self.0, attempt).await {
            Ok(result) => (result, false),
            Err(timeout) => (Err(timeout.into()), true),
        }
    }
}
