//! Retrying without the attribute: the same loop around a closure.

use core::fmt;
use core::panic::Location;

use crate::call::{self, Site};
use crate::classify::Unchained;
use crate::failure::{AsTypeName, Failure, FailureExt, Seen, Unasked};
use crate::policy::Policy;
use crate::progress::Progress;

impl Policy {
    /// Calls `operation` until it succeeds or this policy gives up; returns its last result unchanged.
    ///
    /// Blocks the thread while it waits. In events the operation is named by the place of this call;
    /// [`name`](Policy::name) gives it a name.
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
        Run::new(*self, Name::Place(Location::caller())).run(operation)
    }

    /// The async [`run`](Policy::run): waits on the runtime's timer.
    ///
    /// # Errors
    /// The error of the last attempt.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// let result = retry_core::Policy::new().max(2).run_async(async || Err::<(), _>("refused")).await;
    /// assert_eq!(result, Err("refused"));
    /// # }
    /// ```
    #[track_caller]
    pub fn run_async<T, E>(
        &self,
        operation: impl AsyncFnMut() -> Result<T, E>,
    ) -> impl Future<Output = Result<T, E>> {
        Run::new(*self, Name::Place(Location::caller())).run_async(operation)
    }

    /// The first step of a call with a name: `policy.name("backup").run(|| …)`.
    pub const fn name(self, operation: &'static str) -> Run {
        Run::new(self, Name::Given(operation))
    }
}

/// A call in the making: a policy and what belongs to this one call.
#[derive(Clone, Copy, Debug)]
#[must_use = "nothing is called before `run` or `run_async`"]
pub struct Run {
    site: Site,
    name: Name,
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
    const fn new(policy: Policy, name: Name) -> Run {
        let label = match name {
            Name::Given(label) => label,
            Name::Place(place) => place.file(),
        };
        Run { site: Site::new(label, policy), name }
    }

    /// Calls `operation` until it succeeds or the policy gives up.
    ///
    /// # Errors
    /// The error of the last attempt.
    pub fn run<T, E>(&self, mut operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        let mut progress = Progress::blocking(self.site.policy());
        loop {
            match operation() {
                Ok(value) => {
                    if progress.has_retried() {
                        call::recovered_blocking(&self.site, &progress, Some(&self.name));
                    }
                    return Ok(value);
                }
                Err(error) => {
                    if !call::retry_blocking(&self.site, &mut progress, &self.seen(&error)) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// The async [`run`](Run::run).
    ///
    /// # Errors
    /// The error of the last attempt.
    pub async fn run_async<T, E>(self, mut operation: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
        let mut progress = Progress::asynchronous(self.site.policy());
        loop {
            // The error is gone before the wait: the future stays `Send` where the error is not.
            let wait = match operation().await {
                Ok(value) => {
                    if progress.has_retried() {
                        call::recovered_async(&self.site, &progress, Some(&self.name));
                    }
                    return Ok(value);
                }
                Err(error) => {
                    let wait = call::retry_async(&self.site, &mut progress, &self.seen(&error));
                    let Some(wait) = wait else { return Err(error) };
                    wait
                }
            };
            wait.await;
        }
    }

    /// Without bounds on `E` there is only the name of its type to tell.
    fn seen<'a, E>(&'a self, error: &'a E) -> impl Failure + 'a {
        Seen::new(error, AsTypeName, Unasked, Unchained).reattempt_named(self.name)
    }
}
