//! The client of hyper-util under the layer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use reattempt::tower::{Http, Retry, RetryLayer};
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState};
use services::{BoxError, PATIENT, POLICY, Server, answer, bounded, broken, read};
use tower::{Layer, Service, ServiceExt};

type Plain = Client<HttpConnector, Full<Bytes>>;

fn plain() -> Plain {
    Client::builder(TokioExecutor::new()).build_http()
}

fn retried() -> Retry<Plain, Http, reattempt::tower::ByClone> {
    RetryLayer::http(POLICY).layer(plain())
}

fn request(method: Method, server: &Server, body: &'static str) -> Request<Full<Bytes>> {
    Request::builder().method(method).uri(server.url("")).body(Full::from(body)).unwrap()
}

#[tokio::test]
async fn a_response_is_retried_and_the_last_body_is_read() {
    bounded(async {
        let server = Server::answering(&[503, 500, 429]).await;
        let response = retried().oneshot(request(Method::PUT, &server, "hello")).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(read(response.into_body()).await.unwrap(), "hello");
        assert_eq!(server.requests(), 4);

        let down = Server::answering(&[503; 9]).await;
        let response = retried().oneshot(request(Method::PUT, &down, "the body")).await.unwrap();
        assert_eq!(response.status(), 503, "the last response is the call's");
        assert_eq!(read(response.into_body()).await.unwrap(), "the body");
        assert_eq!(down.requests(), 5);
    })
    .await;
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    bounded(async {
        let server = Server::start(|number, _| async move {
            let mut response = answer(if number == 1 { 503 } else { 200 }, "");
            if number == 1 {
                response.headers_mut().insert("retry-after", "1".parse().unwrap());
            }
            Ok(response)
        })
        .await;
        let start = tokio::time::Instant::now();
        // The server has refused the request, so a POST may be repeated.
        let response = retried().oneshot(request(Method::POST, &server, "")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 2));
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    })
    .await;
}

/// Starts a server that cuts the connection of its first request.
async fn cutting() -> Server {
    Server::start(|number, request| async move {
        let text = read(request.into_body()).await?;
        if number == 1 { Err("cut".into()) } else { Ok(answer(200, text)) }
    })
    .await
}

#[tokio::test]
async fn a_connection_that_is_cut_before_the_response() {
    bounded(async {
        let server = cutting().await;
        let response = retried().oneshot(request(Method::GET, &server, "")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 2));

        let server = cutting().await;
        let sent = retried().oneshot(request(Method::POST, &server, "pay")).await;
        assert!(sent.is_err(), "it may have been paid");
        assert_eq!(server.requests(), 1);

        let server = cutting().await;
        let mut keyed = request(Method::POST, &server, "pay");
        keyed.headers_mut().insert("idempotency-key", "order 7".parse().unwrap());
        let response = retried().oneshot(keyed).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 2));
    })
    .await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_callers() {
    bounded(async {
        let server = Server::start(|_, _| async { Ok(answer(200, broken("half"))) }).await;
        let response = retried().oneshot(request(Method::GET, &server, "")).await.unwrap();
        assert!(read(response.into_body()).await.is_err());
        assert_eq!(server.requests(), 1, "the response came, so the call was over");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_restarted_is_reached_again() {
    bounded(async {
        let mut server = Server::answering(&[]).await;
        let service = RetryLayer::http(PATIENT).layer(plain());
        let first = service.clone().oneshot(request(Method::GET, &server, "")).await.unwrap();
        read(first.into_body()).await.unwrap();
        server.kill().await;
        // No connection is made, so a POST may be repeated.
        let calls = [Method::GET, Method::POST]
            .map(|method| tokio::spawn(service.clone().oneshot(request(method, &server, "late"))));
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.restart().await;
        for call in calls {
            let response = call.await.unwrap().unwrap();
            assert_eq!(read(response.into_body()).await.unwrap(), "late");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_listens() {
    bounded(async {
        let mut server = Server::answering(&[]).await;
        server.kill().await;
        let error = retried().oneshot(request(Method::POST, &server, "")).await.unwrap_err();
        let is_connect = error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect);
        assert!(is_connect, "the error of the last attempt is returned as it is: {error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_breaker_opens_and_spares_the_server() {
    bounded(async {
        let server = Server::answering(&[500; 100]).await;
        let breaker =
            Arc::new(CircuitBreaker::new().consecutive_failures(3).open_for(Duration::from_hours(1)));
        let service = RetryLayer::http(POLICY).breaker(Arc::clone(&breaker)).layer(plain());
        let response = service.clone().oneshot(request(Method::GET, &server, "")).await.unwrap();
        assert_eq!(response.status(), 500, "the last response, not the refusal");
        assert_eq!((server.requests(), breaker.state()), (3, CircuitState::Open));
        let refused = service.oneshot(request(Method::GET, &server, "")).await.unwrap_err();
        assert!(refused.is::<CircuitOpen>(), "{refused}");
        assert_eq!(server.requests(), 3);
    })
    .await;
}

type Streaming = BoxBody<Bytes, BoxError>;

/// Copies a request whose body is empty: a stream can be read once.
fn without_body(request: &Request<Streaming>) -> Option<Request<Streaming>> {
    http_body::Body::is_end_stream(request.body()).then(|| {
        let mut copy =
            Request::new(BoxBody::new(http_body_util::Empty::new().map_err(|never| match never {})));
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.headers_mut() = request.headers().clone();
        copy
    })
}

#[tokio::test]
async fn a_streaming_body_is_sent_once() {
    bounded(async {
        let server = Server::answering(&[503; 3]).await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Streaming>();
        let mut service = RetryLayer::http(POLICY).request(without_body).layer(client);
        let parts = ["one ", "two"].map(|text| Ok::<_, BoxError>(http_body::Frame::data(Bytes::from(text))));
        let body = http_body_util::StreamBody::new(tokio_stream::iter(parts));
        let stream = Request::put(server.url("")).body(BoxBody::new(body)).unwrap();
        let response = service.ready().await.unwrap().call(stream).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 1));
        assert_eq!(read(response.into_body()).await.unwrap(), "one two", "it was sent whole");

        let empty = http_body_util::Empty::new().map_err(|never| match never {});
        let empty = Request::get(server.url("")).body(BoxBody::new(empty)).unwrap();
        let response = service.ready().await.unwrap().call(empty).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 4));
    })
    .await;
}

#[tokio::test]
async fn responses_that_are_dropped_do_not_exhaust_the_connections() {
    bounded(async {
        // Bodies too large to arrive with the headers.
        let server = Server::start(|number, _| async move {
            let status = if number % 4 == 0 { 200 } else { 503 };
            Ok(answer(status, "x".repeat(1 << 18)))
        })
        .await;
        let service = tower::ServiceBuilder::new()
            .layer(RetryLayer::http(POLICY))
            .concurrency_limit(2)
            .service(plain());
        for _ in 0..20 {
            let response = service.clone().oneshot(request(Method::GET, &server, "")).await.unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(read(response.into_body()).await.unwrap().len(), 1 << 18);
        }
        assert_eq!(server.requests(), 80);
    })
    .await;
}

#[tokio::test]
async fn small_responses_give_their_connection_back() {
    bounded(async {
        let server =
            Server::start(|number, _| async move { Ok(answer(if number % 3 == 0 { 200 } else { 503 }, "")) })
                .await;
        let service = retried();
        for _ in 0..30 {
            let response = service.clone().oneshot(request(Method::GET, &server, "")).await.unwrap();
            assert_eq!(response.status(), 200);
            read(response.into_body()).await.unwrap();
        }
        assert_eq!(server.requests(), 90);
        assert!(server.connections() <= 10, "{} connections", server.connections());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            let text = read(request.into_body()).await?;
            match number % 5 {
                0 => Err("cut".into()),
                1 => Ok(answer(503, "busy")),
                _ => Ok(answer(200, text)),
            }
        })
        .await;
        let service = RetryLayer::http(PATIENT).layer(plain());
        let calls: Vec<_> = (0..100)
            .map(|_| tokio::spawn(service.clone().oneshot(request(Method::PUT, &server, "text"))))
            .collect();
        for call in calls {
            let response = call.await.unwrap().unwrap();
            assert_eq!(read(response.into_body()).await.unwrap(), "text");
        }
    })
    .await;
}
