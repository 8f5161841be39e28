//! The one operation that everybody retries.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll};

/// What fails as often as it is told to, then answers.
pub(crate) struct Service {
    failures: AtomicU32,
}

impl Service {
    pub(crate) const fn new(failures: u32) -> Service {
        Service { failures: AtomicU32::new(failures) }
    }

    pub(crate) fn fail(&self, times: u32) {
        self.failures.store(times, Relaxed);
    }
}

/// Why it did not answer.
#[derive(Debug)]
pub(crate) struct Down {
    status: u64,
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "down with status {}", self.status)
    }
}

impl std::error::Error for Down {}

pub(crate) type Answer = Result<u64, Down>;

/// Asks the service.
#[inline(never)]
pub(crate) fn operation(service: &Service) -> Answer {
    match service.failures.load(Relaxed) {
        0 => Ok(7),
        left => {
            service.failures.store(left - 1, Relaxed);
            Err(Down { status: 503 })
        }
    }
}

/// The same in a future that holds `N` bytes more than it needs.
pub(crate) struct Operation<'a, const N: usize> {
    service: &'a Service,
    _memory: [u8; N],
}

impl<const N: usize> Future for Operation<'_, N> {
    type Output = Answer;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        Poll::Ready(operation(self.service))
    }
}

/// Asks the service, async.
pub(crate) fn operation_async(service: &Service) -> Operation<'_, 0> {
    Operation { service, _memory: [] }
}

/// Asks in a future of `N` bytes.
pub(crate) fn operation_sized<const N: usize>() -> Operation<'static, N> {
    static SERVICE: Service = Service::new(0);
    Operation { service: &SERVICE, _memory: [0; N] }
}

/// Asks with an argument that is only read.
pub(crate) fn operation_with(argument: &[u8; 256]) -> Operation<'_, 64> {
    std::hint::black_box(argument);
    operation_sized::<64>()
}
