//! The rules of gRPC, without a server.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame};
use retry_core::middleware::tower::RetryLayer;
use retry_core::{CircuitBreaker, CircuitState, Jitter, Policy};
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::limit::ConcurrencyLimit;
use tower::{Layer, ServiceExt, service_fn};

use crate::POLICY;

type Bytes = <Body as http_body::Body>::Data;

/// A body of trailers alone, or one that is pending for ever.
struct Trailers(Option<HeaderMap>);

impl http_body::Body for Trailers {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.0.take().map_or(Poll::Pending, |trailers| Poll::Ready(Some(Ok(Frame::trailers(trailers)))))
    }
}

fn trailers(code: Code) -> Body {
    Body::new(Trailers(Some(Status::new(code, "").into_http::<()>().into_parts().0.headers)))
}

#[tokio::test]
async fn a_status_that_is_there_is_retried_while_the_caller_sends() {
    let calls = Cell::new(0);
    let service = service_fn(|_: Request<Body>| {
        calls.set(calls.get() + 1);
        let code = if calls.get() < 3 { Code::Unavailable } else { Code::Ok };
        async move { Ok::<_, Status>(Response::new(trailers(code))) }
    });
    for layer in [RetryLayer::grpc(POLICY), RetryLayer::grpc(POLICY).commit_at_headers()] {
        calls.set(0);
        layer.layer(service).oneshot(Request::new(Body::new(Trailers(None)))).await.unwrap();
        assert_eq!(calls.get(), 3);
    }
}

fn is_ready(call: impl Future) -> bool {
    pin!(call).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[tokio::test]
async fn a_response_waits_for_its_first_frame_unless_the_caller_still_sends() {
    let service =
        service_fn(|_: Request<Body>| async { Ok::<_, Status>(Response::new(Body::new(Trailers(None)))) });
    let send = |layer: RetryLayer<_, _>, body: Body| layer.layer(service).oneshot(Request::new(body));
    let (empty, endless) = (Body::empty, || Body::new(Trailers(None)));
    assert!(!is_ready(send(RetryLayer::grpc(POLICY), empty())));
    assert!(is_ready(send(RetryLayer::grpc(POLICY), endless())));
    assert!(is_ready(send(RetryLayer::grpc(POLICY).commit_at_headers(), empty())));
    let below_a_rule = RetryLayer::grpc(POLICY).repeat_if(|_: &Request<Body>| true).commit_at_headers();
    assert!(is_ready(below_a_rule.layer(service).oneshot(Request::new(empty()))));
}

#[tokio::test]
async fn a_status_in_the_headers_is_retried_whatever_the_body_does() {
    let calls = Cell::new(0);
    let service = service_fn(|_: Request<Body>| {
        calls.set(calls.get() + 1);
        let response = Status::unavailable("").into_http::<()>().map(|()| Body::new(Trailers(None)));
        async move { Ok::<_, Status>(response) }
    });
    RetryLayer::grpc(POLICY).layer(service).oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(calls.get(), 3);
}

#[tokio::test]
async fn a_repeated_request_has_the_number_of_attempts_before_it() {
    let seen = RefCell::new(Vec::new());
    let service = service_fn(|request: Request<Body>| {
        let number = request.headers().get("grpc-previous-rpc-attempts");
        seen.borrow_mut().push(number.map(|number| number.to_str().unwrap().to_owned()));
        async { Ok::<_, Status>(Response::new(trailers(Code::Unavailable))) }
    });
    RetryLayer::grpc(POLICY).layer(service).oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(seen.into_inner(), [None, Some("1".to_owned()), Some("2".to_owned())]);
}

#[tokio::test]
async fn the_service_is_polled_ready() {
    let service = service_fn(|_: Request<Body>| async { Ok::<_, Status>(Response::new(trailers(Code::Ok))) });
    // It panics if it is called before it is ready.
    let limited = ConcurrencyLimit::new(service, 1);
    RetryLayer::grpc(POLICY).layer(limited).oneshot(Request::new(Body::empty())).await.unwrap();
}

/// A body of one frame.
struct Message(Option<Bytes>);

impl http_body::Body for Message {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
    }
}

#[tokio::test]
async fn a_request_above_the_limit_is_sent_once() {
    let calls = Cell::new(0);
    let service = service_fn(|request: Request<Body>| {
        calls.set(calls.get() + 1);
        async {
            let mut body = request.into_body();
            while poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.transpose()?.is_some() {}
            Ok::<_, Status>(Response::new(trailers(Code::Unavailable)))
        }
    });
    let send = async |layer: RetryLayer<_, _>, bytes: usize| {
        calls.set(0);
        let request = Request::new(Body::new(Message(Some(vec![0; bytes].into()))));
        layer.repeat_if(|_: &Request<Body>| true).layer(service).oneshot(request).await.unwrap();
        calls.get()
    };
    let kib = 1024;
    assert_eq!(send(RetryLayer::grpc(POLICY), 256 * kib).await, 3);
    assert_eq!(send(RetryLayer::grpc(POLICY), 256 * kib + 1).await, 1);
    assert_eq!(send(RetryLayer::grpc(POLICY).buffer(kib), kib).await, 3);
    assert_eq!(send(RetryLayer::grpc(POLICY).buffer(kib), kib + 1).await, 1);
    calls.set(0);
    let below_a_rule = RetryLayer::grpc(POLICY).repeat_if(|_: &Request<Body>| true).buffer(kib);
    let request = Request::new(Body::new(Message(Some(vec![0; kib + 1].into()))));
    below_a_rule.layer(service).oneshot(request).await.unwrap();
    assert_eq!(calls.get(), 1);
}

/// Makes a call with this timeout of a service that is down, and returns when attempts were made and their timeouts.
async fn attempts(timeout: &'static str, policy: Policy) -> Vec<(Duration, String)> {
    let (start, seen) = (Instant::now(), RefCell::new(Vec::new()));
    let service = service_fn(|request: Request<Body>| {
        let timeout = request.headers()["grpc-timeout"].to_str().unwrap().to_owned();
        seen.borrow_mut().push((start.elapsed(), timeout));
        async { Ok::<_, Status>(Response::new(trailers(Code::Unavailable))) }
    });
    let request = Request::builder().header("grpc-timeout", timeout).body(Body::empty()).unwrap();
    RetryLayer::grpc(policy).layer(service).oneshot(request).await.unwrap();
    seen.into_inner()
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_caller_is_that_of_the_call() {
    let second = Duration::from_secs(1);
    let policy = POLICY.max(9).base(second).factor(1.0).jitter(Jitter::None);
    let made = attempts("2500m", policy).await;
    let expected = ["2500m", "1500000u", "500000u"].map(str::to_owned);
    assert_eq!(made.iter().map(|(at, _)| at.as_secs()).collect::<Vec<_>>(), [0, 1, 2]);
    for ((_, timeout), expected) in made.iter().zip(&expected) {
        // The timer wakes a millisecond late.
        assert_eq!(timeout.len(), expected.len(), "{made:?}");
        assert!(timeout <= expected && timeout[..2] >= expected[..1], "{made:?}");
    }
    assert_eq!(attempts("500m", policy).await.len(), 1);
    assert_eq!(attempts("0m", policy.base(Duration::ZERO)).await.len(), 1, "its time is over");
    assert_eq!(attempts("2500m", policy.deadline(2 * second)).await.len(), 2, "the earlier one counts");
    assert_eq!(attempts("soon", policy).await.len(), 9, "it is no timeout");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_caller_holds_below_a_rule() {
    let calls = Cell::new(0);
    let service = service_fn(|_: Request<Body>| {
        calls.set(calls.get() + 1);
        async { Ok::<_, Status>(Response::new(trailers(Code::Unavailable))) }
    });
    let policy = POLICY.max(9).base(Duration::from_secs(1)).factor(1.0).jitter(Jitter::None);
    let layer = RetryLayer::grpc(policy).repeat_if(|_: &Request<Body>| true);
    let request = Request::builder().header("grpc-timeout", "2500m").body(Body::empty()).unwrap();
    layer.layer(service).oneshot(request).await.unwrap();
    assert_eq!(calls.get(), 3);
}

#[tokio::test]
async fn a_server_that_forbids_a_retry_has_failed() {
    for (code, pushback, state) in [
        (Code::Unavailable, "-1", CircuitState::Open),
        (Code::ResourceExhausted, "-1", CircuitState::Open),
        (Code::NotFound, "-1", CircuitState::Closed),
        (Code::NotFound, "1", CircuitState::Closed),
    ] {
        let calls = Cell::new(0);
        let service = service_fn(|_: Request<Body>| {
            calls.set(calls.get() + 1);
            let mut status = Status::new(code, "");
            status.metadata_mut().insert("grpc-retry-pushback-ms", pushback.parse().unwrap());
            async move { Ok::<_, Status>(status.into_http::<Body>()) }
        });
        let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1));
        let layer = RetryLayer::grpc(POLICY).breaker(Arc::clone(&breaker));
        layer.layer(service).oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!((calls.get(), breaker.state()), (1, state), "{code:?}");
    }
}

#[tokio::test]
async fn a_method_that_must_not_be_repeated() {
    let calls = Cell::new(0);
    let service = service_fn(|_: Request<Body>| {
        calls.set(calls.get() + 1);
        async { Ok::<_, Status>(Response::new(trailers(Code::Unavailable))) }
    });
    let layer = RetryLayer::grpc(POLICY)
        .repeat_if(|request: &Request<Body>| request.uri().path() != "/shop.Orders/Pay")
        .buffer(1024)
        .commit_at_headers();
    for (path, expected) in [("/shop.Orders/Pay", 1), ("/shop.Orders/List", 3)] {
        calls.set(0);
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        layer.clone().layer(service).oneshot(request).await.unwrap();
        assert_eq!(calls.get(), expected, "{path}");
    }
}
