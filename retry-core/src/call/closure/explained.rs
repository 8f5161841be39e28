//! The future of a closure's call whose error has the reason.

use core::fmt::{self, Debug, Formatter};
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::ending::Explained;
use super::future::RetryFuture;
use super::operation::AsyncOperation;
use super::rule::Rule;
use super::searched::Explainable;
use super::sharing::Sharing;
use super::sleeper::{Cancel, Keep, Sleeper};
use crate::error::RetryError;

impl<O, T, E, R, S, C, Z, K> RetryFuture<'_, O, T, E, R, S, C, Z, K>
where
    Z: Sleeper,
    O: AsyncOperation<T, E, Z>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    K: Keep<Result<T, E>>,
{
    /// Returns a future of the same call, whose error has the reason why the call gave up beside the last error.
    ///
    /// The error is an `Error` that is `'static`, a pointer to one of unknown type, or a text. A value that
    /// [`retry_ok`](Self::retry_ok) refuses at the last attempt leaves no last error.
    ///
    /// # Panics
    /// The future panics as that of [`Policy::retry_async`](crate::Policy::retry_async) does: if it has to wait without a
    /// timer, or is polled after its end.
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// # let _guard = retry_core::testing::no_wait();
    /// use retry_core::{GiveUpReason, Policy};
    ///
    /// let down = async || Err::<(), _>("down");
    /// let error = Policy::new().retry_async(down).run_or_explain().await.unwrap_err();
    /// assert_eq!((error.reason(), error.attempts()), (GiveUpReason::MaxAttempts, 3));
    /// # }
    /// # #[cfg(not(feature = "tokio"))] fn main() {}
    /// ```
    pub fn run_or_explain<M>(self) -> ExplainedFuture<Self, M>
    where
        E: Explainable<M>,
    {
        ExplainedFuture { call: self, way: PhantomData }
    }
}

pin_project! {
    /// A [`RetryFuture`] whose error has the reason why the call gave up. It panics where that one does.
    #[must_use = "nothing is called before it is awaited"]
    pub struct ExplainedFuture<F, M> {
        #[pin]
        call: F,
        way: PhantomData<fn() -> M>,
    }
}

impl<O, T, E, R, S, C, Z, K, M> Future for ExplainedFuture<RetryFuture<'_, O, T, E, R, S, C, Z, K>, M>
where
    Z: Sleeper,
    O: AsyncOperation<T, E, Z>,
    R: Rule<T, E>,
    S: Sharing<E>,
    C: Cancel,
    K: Keep<Result<T, E>>,
    E: Explainable<M>,
{
    type Output = Result<T, RetryError<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().call.poll_to::<Explained<M>>(context)
    }
}

impl<F: Debug, M> Debug for ExplainedFuture<F, M> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExplainedFuture").field(&self.call).finish()
    }
}
