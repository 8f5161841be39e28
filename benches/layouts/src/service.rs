//! The service that every operation asks, and the end of a future.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

/// A service that fails a number of times, and answers from then on.
pub(crate) struct Service {
    failures: AtomicU32,
    is_busy: AtomicBool,
}

/// The service of all calls, which answers at once.
static SERVICE: Service = Service { failures: AtomicU32::new(0), is_busy: AtomicBool::new(false) };

impl Service {
    /// Returns whether the service answers; counts a failure.
    #[inline]
    pub(crate) fn is_up(&self) -> bool {
        let failures = self.failures.load(Relaxed);
        if failures > 0 {
            self.failures.store(failures - 1, Relaxed);
        }
        failures == 0
    }

    /// Returns whether an async operation has to wait. It never has to, but the compiler must not find out: else it would
    /// remove the wait from the functions.
    #[inline]
    pub(crate) fn is_busy(&self) -> bool {
        self.is_busy.load(Relaxed)
    }
}

/// Calls a function with the service.
#[inline]
pub(crate) fn call<T>(function: impl FnOnce(&'static Service) -> T) {
    black_box(&function(black_box(&SERVICE)));
}

/// Polls a future to its end, through a `dyn`, so that no future is inlined into its caller.
#[inline(never)]
pub(crate) fn finish<T>(mut future: Pin<&mut dyn Future<Output = T>>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
    }
}
