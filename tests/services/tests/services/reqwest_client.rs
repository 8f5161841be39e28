//! The client of reqwest as a service, under the layer.

use std::time::Duration;

use reattempt::tower::{BoxError, RetryLayer, Verdict};
use reqwest::{Body, Client, Method, Request, Response, Url};
use services::{PATIENT, POLICY, Server, answer, bounded, read};
use tower::{Layer, ServiceBuilder, ServiceExt};

/// A client that repeats nothing by itself.
pub(crate) fn client() -> Client {
    Client::builder().retry(reqwest::retry::never()).no_proxy().build().unwrap()
}

pub(crate) fn request(method: Method, server: &Server, body: &'static str) -> Request {
    let mut request = Request::new(method, Url::parse(&server.url("")).unwrap());
    *request.body_mut() = Some(body.into());
    request
}

pub(crate) fn stream(server: &Server) -> Request {
    let mut request = request(Method::PUT, server, "");
    let parts = ["one ", "two"].map(Ok::<_, BoxError>);
    *request.body_mut() = Some(Body::wrap_stream(tokio_stream::iter(parts)));
    request
}

#[tokio::test]
async fn the_preset_has_the_rules_of_http() {
    bounded(async {
        let server = Server::answering(&[503, 429, 500]).await;
        let service = RetryLayer::reqwest(POLICY).layer(client());
        let response = service.clone().oneshot(request(Method::PUT, &server, "hello")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 4));
        assert_eq!(response.text().await.unwrap(), "hello");

        let server = Server::answering(&[503; 9]).await;
        let response = service.clone().oneshot(request(Method::POST, &server, "pay")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 1));
        let response = service.oneshot(stream(&server)).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 2), "a stream is sent once");
        assert_eq!(response.text().await.unwrap(), "one two");

        let service = RetryLayer::reqwest(POLICY).every_method().layer(client());
        let response = service.oneshot(request(Method::POST, &server, "pay")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 7));
    })
    .await;
}

#[tokio::test]
async fn a_rule_of_ones_own_reads_the_status() {
    bounded(async {
        let server = Server::answering(&[404, 404]).await;
        let service = RetryLayer::new(POLICY)
            .request(Request::try_clone)
            .classify(|outcome: Result<&Response, &BoxError>| match outcome {
                Ok(response) if response.status() == 404 => Verdict::TRANSIENT,
                Ok(_) => Verdict::Success,
                Err(error) => Verdict::of_error(&**error),
            })
            .layer(client());
        let response = service.oneshot(request(Method::GET, &server, "")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 3));
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_restarted_is_reached_again() {
    bounded(async {
        let mut server = Server::answering(&[]).await;
        let service = RetryLayer::reqwest(PATIENT).layer(client());
        server.kill().await;
        let call = tokio::spawn(service.oneshot(request(Method::POST, &server, "late")));
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.restart().await;
        assert_eq!(call.await.unwrap().unwrap().text().await.unwrap(), "late");
    })
    .await;
}

#[tokio::test]
async fn a_timeout_of_the_client_limits_an_attempt() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            let text = read(request.into_body()).await?;
            if number < 3 {
                std::future::pending::<()>().await;
            }
            Ok(answer(200, text))
        })
        .await;
        let client = Client::builder().timeout(Duration::from_millis(200)).no_proxy().build().unwrap();
        let service =
            ServiceBuilder::new().layer(RetryLayer::reqwest(POLICY)).concurrency_limit(1).service(client);
        let response = service.clone().oneshot(request(Method::GET, &server, "hello")).await.unwrap();
        assert_eq!((response.text().await.unwrap().as_str(), server.requests()), ("hello", 3));
    })
    .await;
}
