//! Whole calls through a breaker: admission, the operation and its outcome.

#[cfg(feature = "std")]
use core::future::Future;
#[cfg(feature = "std")]
use core::pin::Pin;
#[cfg(feature = "std")]
use core::task::{Context, Poll};

#[cfg(feature = "std")]
use pin_project_lite::pin_project;

use super::circuit_breaker::CircuitBreaker;
use super::permit::Permit;
use crate::error::CircuitOpen;

impl CircuitBreaker {
    /// Calls `operation` if the circuit lets the call through, and counts every error as a failure.
    ///
    /// While the circuit is half-open, a nested call of the same breaker inside `operation` belongs to this
    /// call: it is let through, and only the outcome of this call counts. This holds on the thread that runs
    /// `operation` and, for an async call, in the task that polls it. A task that is spawned inside
    /// `operation` makes a call of its own.
    ///
    /// If the circuit refuses the call, the method returns the error that `From<CircuitOpen>` makes.
    #[inline]
    #[expect(clippy::missing_errors_doc, reason = "the errors are those of the operation")]
    pub fn call<T, E: From<CircuitOpen>>(&self, operation: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.call_if(operation, |_| true)
    }

    /// Calls `operation` like [`call`](Self::call), but counts only errors for which `is_failure` returns
    /// `true`. Other errors are [ignored](Permit::ignore).
    ///
    /// ```
    /// use std::{fs, io::ErrorKind};
    ///
    /// static DISK: retry_core::CircuitBreaker = retry_core::CircuitBreaker::new().consecutive_failures(1);
    ///
    /// let found = DISK.call_if(|| fs::read("/no/such/file"), |error| error.kind() != ErrorKind::NotFound);
    /// assert!(found.is_err());
    /// assert_eq!(DISK.state(), retry_core::CircuitState::Closed);
    /// ```
    #[inline]
    #[expect(clippy::missing_errors_doc, reason = "the errors are those of the operation")]
    pub fn call_if<T, E: From<CircuitOpen>>(
        &self,
        operation: impl FnOnce() -> Result<T, E>,
        is_failure: impl FnOnce(&E) -> bool,
    ) -> Result<T, E> {
        match self.acquire() {
            Ok(permit) => {
                #[cfg(feature = "std")]
                let running = permit.run();
                let result = operation();
                #[cfg(feature = "std")]
                drop(running);
                permit.settle_result(result, is_failure)
            }
            Err(open) => Err(open.into()),
        }
    }

    /// Calls an async `operation` like [`call`](Self::call). Dropping the future releases the permit.
    #[expect(clippy::missing_errors_doc, reason = "the errors are those of the operation")]
    pub async fn call_async<T, E: From<CircuitOpen>>(
        &self,
        operation: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.acquire() {
            Ok(permit) => {
                let result = on_trial(&permit, operation()).await;
                permit.settle_result(result, |_| true)
            }
            Err(open) => Err(open.into()),
        }
    }

    /// Calls an async `operation` like [`call_async`](Self::call_async), but counts only errors for which `is_failure`
    /// returns `true`, like [`call_if`](Self::call_if).
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::io::{Error, ErrorKind};
    ///
    /// static STORE: retry_core::CircuitBreaker = retry_core::CircuitBreaker::new().consecutive_failures(1);
    ///
    /// let get = async || Err::<(), _>(Error::from(ErrorKind::NotFound));
    /// let found = STORE.call_async_if(get, |error| error.kind() != ErrorKind::NotFound).await;
    /// assert!(found.is_err());
    /// assert_eq!(STORE.state(), retry_core::CircuitState::Closed);
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    #[expect(clippy::missing_errors_doc, reason = "the errors are those of the operation")]
    pub async fn call_async_if<T, E: From<CircuitOpen>>(
        &self,
        operation: impl AsyncFnOnce() -> Result<T, E>,
        is_failure: impl FnOnce(&E) -> bool,
    ) -> Result<T, E> {
        match self.acquire() {
            Ok(permit) => {
                let result = on_trial(&permit, operation()).await;
                permit.settle_result(result, is_failure)
            }
            Err(open) => Err(open.into()),
        }
    }
}

/// Returns the call, which marks the thread while it is polled if it is a trial.
#[cfg(feature = "std")]
fn on_trial<'p, 'b, F>(permit: &'p Permit<'b>, call: F) -> Attempt<'p, 'b, F> {
    Attempt::new(Some(permit), call)
}

/// Returns the call. Without `std` there is no thread to mark.
#[cfg(not(feature = "std"))]
fn on_trial<F>(_: &Permit<'_>, call: F) -> F {
    call
}

#[cfg(feature = "std")]
pin_project! {
    /// A call that marks the thread while it is polled, if the call is a trial.
    pub struct Attempt<'p, 'b, F> {
        permit: Option<&'p Permit<'b>>,
        #[pin]
        call: F,
    }
}

#[cfg(feature = "std")]
impl<'p, 'b, F> Attempt<'p, 'b, F> {
    pub(crate) fn new(permit: Option<&'p Permit<'b>>, call: F) -> Self {
        Attempt { permit, call }
    }
}

#[cfg(feature = "std")]
impl<F: Future> Future for Attempt<'_, '_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _running = this.permit.and_then(Permit::run);
        this.call.poll(context)
    }
}
