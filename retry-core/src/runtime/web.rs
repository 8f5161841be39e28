//! Provides the timer of the browser and of node, which call JavaScript's `setTimeout`.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use gloo_timers::future::TimeoutFuture;

use super::Clock;
use crate::policy::nanos::Nanos;

const MILLISECOND: Nanos = 1_000_000;

/// The longest time that `setTimeout` can wait, in milliseconds: a longer one ends at once.
const LONGEST: Nanos = i32::MAX as Nanos;

/// A timer that ends when the time has come, and not before: `setTimeout` may be early, and has an upper limit.
#[derive(Debug)]
pub(super) struct Timer {
    end: Nanos,
    /// `None` once the timer has ended.
    timeout: Option<TimeoutFuture>,
}

/// Creates a timer.
pub(super) fn timer(delay: Nanos) -> Timer {
    Timer { end: Clock::Async.real_now().saturating_add(delay), timeout: Some(timeout(delay)) }
}

fn timeout(delay: Nanos) -> TimeoutFuture {
    TimeoutFuture::new(delay.div_ceil(MILLISECOND).min(LONGEST) as u32)
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        while let Some(running) = &mut self.timeout {
            ready!(Pin::new(running).poll(context));
            let left = self.end.saturating_sub(Clock::Async.real_now());
            self.timeout = (left > 0).then(|| timeout(left));
        }
        Poll::Ready(())
    }
}
