//! Ends a call from outside, by `cancel`: a future in an async function, and a function that waits in a blocking one.

use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use crate::policy::nanos::from_duration;
use crate::policy::nanos::{Nanos, to_duration};
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use crate::runtime::sleep;
use crate::runtime::{self, Clock, Delay};

/// Polls the future in `cancel`, and returns whether it has ended. It comes with the future, so that no later use requires
/// anything of the future's type: a value that is no future is reported once, where it is written.
pub(crate) type HasEnded<C> = fn(Pin<&mut C>, &mut Context<'_>) -> bool;

/// Calls the function in `cancel`. It comes with the function, for the same reason.
pub(crate) type Ends<C> = fn(&C, Duration) -> bool;

/// Returns whether the future has ended. It is polled once: an end is the end of the call, so it is not polled again.
pub async fn is_cancelled<C>(mut cancel: Pin<&mut C>, has_ended: HasEnded<C>) -> bool {
    poll_fn(|context| Poll::Ready(has_ended(cancel.as_mut(), context))).await
}

/// Waits, and returns whether `cancel` has ended the wait. It is polled first, so that it wins over a wait that is over.
pub async fn wait_or_cancel<C>(
    mut cancel: Pin<&mut C>,
    has_ended: HasEnded<C>,
    wait: impl Future<Output = ()>,
) -> bool {
    let mut wait = core::pin::pin!(wait);
    poll_fn(|context| {
        if has_ended(cancel.as_mut(), context) {
            Poll::Ready(true)
        } else {
            wait.as_mut().poll(context).map(|()| false)
        }
    })
    .await
}

/// A value that `cancel` takes in an async call: a future.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot end a call, since it is no future",
    label = "expected a future that ends when the call is to end",
    note = "write `token.cancelled()` for a `CancellationToken`, `receiver.wait_for(|stop| *stop)` for a watch channel, \
            or `async {{ … }}`"
)]
pub trait Cancellation {
    /// The future.
    type Future: Future;

    /// Returns the future.
    fn into_cancel(self) -> Self::Future;
}

#[diagnostic::do_not_recommend]
impl<C: Future> Cancellation for C {
    type Future = C;

    fn into_cancel(self) -> C {
        self
    }
}

/// Returns the future in `cancel` of an async call, and its poll.
pub fn async_cancel<C: Cancellation>(cancel: C) -> (C::Future, HasEnded<C::Future>) {
    (cancel.into_cancel(), |future, context| future.poll(context).is_ready())
}

/// Types the function in `cancel` of a blocking call, and returns it with its call.
pub fn blocking_cancel<C: Fn(Duration) -> bool>(cancel: C) -> (C, Ends<C>) {
    (cancel, |function, limit| function(limit))
}

/// Waits by the function, and returns whether it ends the call. The rest of a wait that it leaves early is passed to
/// `sleep`. A test context skips the wait, unless the function ends it at its start, and asks again at its end.
#[cold]
pub fn block_or_cancel(cancel: &impl Fn(Duration) -> bool, delay: Delay, rest: impl FnOnce(Delay)) -> bool {
    if runtime::current().is_some() {
        return cancel(Duration::ZERO) || {
            runtime::skip(delay.0);
            cancel(Duration::ZERO)
        };
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
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
pub fn block_rest(delay: Delay) {
    sleep::block(from_duration(delay.duration()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn only_a_wait_that_is_left_early_has_a_rest() {
        let rest = |_| panic!("nothing is left");
        assert!(!block_or_cancel(&|_| false, Delay(0), rest));
        assert!(block_or_cancel(&|_| true, Delay(Nanos::MAX), rest));
        let rests = core::cell::Cell::new(0);
        assert!(!block_or_cancel(&|_| false, Delay(Nanos::MAX), |Delay(rest)| rests.set(rest)));
        assert!(rests.get() > Nanos::MAX / 2);
    }

    #[test]
    #[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
    fn a_test_context_skips_the_rest_of_a_wait() {
        let guard = testing::no_wait();
        block_rest(Delay(7));
        assert_eq!(guard.delays(), [Duration::from_nanos(7)]);
    }
}
