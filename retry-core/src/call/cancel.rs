//! Ends a call from outside, by `cancel`: a future in an async function, and a function that waits in a blocking one.

use core::future::{Future, IntoFuture, poll_fn};
use core::pin::Pin;
use core::task::Poll;
use core::time::Duration;

use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::runtime::sleep::{self, Delay};
use crate::runtime::{self, Clock};

/// Returns whether the future has ended. It is polled once: an end is the end of the call, so it is not polled again.
pub async fn is_cancelled<C: Future>(mut cancel: Pin<&mut C>) -> bool {
    poll_fn(|context| Poll::Ready(cancel.as_mut().poll(context).is_ready())).await
}

/// Waits, and returns whether `cancel` has ended the wait. It is polled first, so that it wins over a wait that is over.
pub async fn wait_or_cancel<C: Future>(mut cancel: Pin<&mut C>, wait: impl Future<Output = ()>) -> bool {
    let mut wait = core::pin::pin!(wait);
    poll_fn(|context| match cancel.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending => wait.as_mut().poll(context).map(|()| false),
    })
    .await
}

/// Returns the future in `cancel` of an async call.
pub fn async_cancel<C: IntoFuture>(cancel: C) -> C::IntoFuture {
    cancel.into_future()
}

/// Types the function in `cancel` of a blocking call.
pub fn blocking_cancel<C: Fn(Duration) -> bool>(cancel: C) -> C {
    cancel
}

/// Returns whether the function ends the call now.
#[inline]
pub fn asks_to_end(cancel: &impl Fn(Duration) -> bool) -> bool {
    cancel(Duration::ZERO)
}

/// Waits by the function, and returns whether it ends the call. The rest of a wait that it leaves early is passed to
/// `sleep`. A test context skips the wait, and the function is asked without one.
#[cold]
pub fn block_or_cancel(cancel: &impl Fn(Duration) -> bool, delay: Delay, rest: impl FnOnce(Delay)) -> bool {
    if runtime::skip(delay.0) {
        return asks_to_end(cancel);
    }
    let started = runtime::now(Clock::Blocking);
    if cancel(to_duration(delay.0)) {
        return true;
    }
    let left: Nanos = delay.0.saturating_sub(runtime::now(Clock::Blocking).saturating_sub(started));
    if left > 0 {
        rest(Delay(left));
    }
    false
}

/// Blocks this thread for the rest of a wait.
pub fn block_rest(delay: Delay) {
    sleep::block(from_duration(delay.duration()));
}
