//! A service is polled ready before each call, and each call takes its readiness.

use std::cell::Cell;
use std::future::{Future, ready};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use retry_core::CircuitBreaker;
use retry_core::middleware::tower::{BoxError, RetryLayer, Verdict};
use tower::{Layer, Service, ServiceExt};

use crate::{POLICY, transient};

/// A service that is ready for one call after it was polled, each clone for itself.
struct Strict {
    is_ready: bool,
    calls: Rc<Cell<u32>>,
    /// The number of calls that fail.
    failures: u32,
    /// How often a clone is polled before it is ready.
    pending: u32,
}

impl Clone for Strict {
    fn clone(&self) -> Strict {
        Strict { is_ready: false, calls: Rc::clone(&self.calls), ..*self }
    }
}

impl Service<()> for Strict {
    type Response = u32;
    type Error = BoxError;
    type Future = std::future::Ready<Result<u32, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if self.pending > 0 {
            self.pending -= 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "it was not polled ready");
        let number = self.calls.get() + 1;
        self.calls.set(number);
        ready(if number <= self.failures { Err(transient()) } else { Ok(number) })
    }
}

fn strict(failures: u32, pending: u32) -> Strict {
    Strict { is_ready: false, calls: Rc::default(), failures, pending }
}

#[tokio::test]
async fn a_clone_is_polled_ready_before_it_is_called() {
    let mut service = RetryLayer::new(POLICY).layer(strict(2, 3));
    assert_eq!(service.ready().await.unwrap().call(()).await.unwrap(), 3);
    assert_eq!(service.ready().await.unwrap().call(()).await.unwrap(), 4);
}

#[tokio::test]
async fn a_call_of_a_clone_of_the_whole_is_ready() {
    let service = RetryLayer::new(POLICY).layer(strict(1, 1));
    assert_eq!(service.clone().oneshot(()).await.unwrap(), 2);
    assert_eq!(service.oneshot(()).await.unwrap(), 3);
}

/// A service that breaks once it was called.
#[derive(Clone)]
struct Breaks(Rc<Cell<bool>>);

impl Service<()> for Breaks {
    type Response = ();
    type Error = BoxError;
    type Future = std::future::Ready<Result<(), BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(if self.0.get() { Err("closed".into()) } else { Ok(()) })
    }

    fn call(&mut self, (): ()) -> Self::Future {
        self.0.set(true);
        ready(Err(transient()))
    }
}

#[tokio::test]
async fn a_service_that_is_never_ready_again_ends_the_call() {
    let mut service = RetryLayer::new(POLICY).layer(Breaks(Rc::default()));
    let error = service.ready().await.unwrap().call(()).await.unwrap_err();
    assert_eq!(error.to_string(), "closed");
    assert_eq!(service.ready().await.err().unwrap().to_string(), "closed");
}

#[test]
fn an_attempt_is_dropped_before_the_wait() {
    struct Noted(Rc<Cell<bool>>);
    impl Drop for Noted {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let is_dropped = Rc::new(Cell::new(false));
    let noted = Rc::clone(&is_dropped);
    let service = tower::service_fn(move |()| {
        let noted = Noted(Rc::clone(&noted));
        async move {
            let _noted = noted;
            Err::<(), BoxError>(transient())
        }
    });
    let _guard = retry_core::testing::no_wait();
    let mut call = pin!(RetryLayer::new(POLICY).layer(service).oneshot(()));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(is_dropped.get());
}

/// A response that notes its drop.
struct Noted(Rc<Cell<bool>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn a_response_is_dropped_before_the_wait_unless_a_breaker_may_end_the_call_with_it() {
    let _guard = retry_core::testing::no_wait();
    let is_dropped = Rc::new(Cell::new(false));
    let busy = || {
        let noted = Rc::clone(&is_dropped);
        noted.set(false);
        tower::service_fn(move |()| ready(Ok::<_, BoxError>(Noted(Rc::clone(&noted)))))
    };
    let rule = |_: Result<&Noted, &BoxError>| Verdict::TRANSIENT;
    let layer = RetryLayer::new(POLICY).classify(rule);
    let mut context = Context::from_waker(Waker::noop());

    let mut call = pin!(layer.clone().layer(busy()).oneshot(()));
    assert!(call.as_mut().poll(&mut context).is_pending());
    assert!(is_dropped.get(), "its connection is free for others");

    let breaker = Arc::new(CircuitBreaker::new());
    let mut call = pin!(layer.breaker(breaker).layer(busy()).oneshot(()));
    assert!(call.as_mut().poll(&mut context).is_pending());
    assert!(!is_dropped.get());
}
