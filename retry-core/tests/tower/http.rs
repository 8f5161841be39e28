//! The rules of HTTP.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use http::{Method, Request, Response};
use retry_core::Policy;
use retry_core::middleware::tower::{BoxError, RetryLayer};
use tower::{Layer, ServiceExt, service_fn};

use crate::{POLICY, transient};

type Answer = Result<Response<&'static str>, BoxError>;

#[expect(clippy::unnecessary_wraps, reason = "a service returns it as it is")]
fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body("").unwrap())
}

/// Calls a service that answers with `first`, then with 200, and returns the number of its requests and the outcome.
async fn sent(method: &Method, headers: &[(&str, &str)], every_method: bool, first: Answer) -> (u32, Answer) {
    let state = Rc::new(RefCell::new((0, Some(first))));
    let server = Rc::clone(&state);
    let service = service_fn(move |_: Request<&'static str>| {
        let (count, first) = &mut *server.borrow_mut();
        *count += 1;
        let answer = first.take().unwrap_or_else(|| answer(200, &[]));
        async move { answer }
    });
    let mut request = Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let layer = RetryLayer::http(POLICY);
    let layer = if every_method { layer.every_method() } else { layer };
    let outcome = layer.layer(service).oneshot(request.body("").unwrap()).await;
    let (count, _) = *state.borrow();
    (count, outcome)
}

#[tokio::test]
async fn statuses_of_idempotent_requests() {
    for status in [408, 421, 425, 429, 500, 502, 503, 504, 520, 599] {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS, Method::TRACE]
        {
            let (count, outcome) = sent(&method, &[], false, answer(status, &[])).await;
            assert_eq!((count, outcome.unwrap().status().as_u16()), (2, 200), "{method} {status}");
        }
    }
    for status in [100, 200, 204, 301, 304, 400, 401, 403, 404, 409, 410, 413, 422, 501, 505, 511] {
        let (count, outcome) = sent(&Method::GET, &[], false, answer(status, &[])).await;
        assert_eq!((count, outcome.unwrap().status().as_u16()), (1, status), "the answer is the call's");
    }
    let (count, _) = sent(&Method::GET, &[], false, answer(413, &[("Retry-After", "0")])).await;
    assert_eq!(count, 2);
}

#[tokio::test]
async fn a_request_that_may_have_had_its_effect_is_not_repeated() {
    for method in [Method::POST, Method::PATCH, Method::CONNECT] {
        for status in [500, 502, 503, 504] {
            let (count, outcome) = sent(&method, &[], false, answer(status, &[])).await;
            assert_eq!((count, outcome.unwrap().status().as_u16()), (1, status), "{method}");
            assert_eq!(sent(&method, &[], true, answer(status, &[])).await.0, 2);
            let keyed = [("Idempotency-Key", "a")];
            assert_eq!(sent(&method, &keyed, false, answer(status, &[])).await.0, 2);
        }
        assert_eq!(sent(&method, &[], false, Err(transient())).await.0, 1);
        assert_eq!(sent(&method, &[], true, Err(transient())).await.0, 2);
    }
}

#[tokio::test]
async fn a_request_that_was_not_processed_is_repeated() {
    for status in [408, 421, 425, 429] {
        assert_eq!(sent(&Method::POST, &[], false, answer(status, &[])).await.0, 2, "{status}");
    }
    assert_eq!(sent(&Method::POST, &[], false, answer(503, &[("Retry-After", "0")])).await.0, 2);
    for kind in [io::ErrorKind::ConnectionRefused, io::ErrorKind::AddrNotAvailable] {
        let error = io::Error::other(io::Error::from(kind));
        assert_eq!(sent(&Method::POST, &[], false, Err(error.into())).await.0, 2, "{kind}");
    }
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let guard = retry_core::testing::no_wait();
    let date = ("Date", "Sun, 06 Nov 1994 08:49:30 GMT");
    let by_date = ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
    for headers in [&[("Retry-After", "7")][..], &[date, by_date]] {
        let (count, _) = sent(&Method::GET, &[], false, answer(429, headers)).await;
        let wait = guard.delays().pop().expect("it waited");
        assert!(count == 2 && (7..10).contains(&wait.as_secs()), "{count}, {wait:?}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_the_call_with_the_response() {
    let service = service_fn(|_: Request<()>| async { answer(429, &[("Retry-After", "3600")]) });
    let policy = Policy::new().max_hint(Duration::from_secs(60));
    let outcome = RetryLayer::http(policy).layer(service).oneshot(Request::new(())).await;
    assert_eq!(outcome.unwrap().status().as_u16(), 429);
}
