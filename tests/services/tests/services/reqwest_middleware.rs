//! A client of reqwest-middleware with the middleware.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::Extensions;
use reattempt::reqwest_middleware::RetryMiddleware;
use reattempt::tower::RetryLayer;
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState, RetryBudget};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error, Middleware, Next, Result};
use services::{PATIENT, POLICY, Server, answer, bounded, broken, read};
use tower::{Layer, ServiceExt};

use crate::reqwest_client::{client, request, stream};

/// Counts the attempts.
#[derive(Clone, Default)]
struct Counting(Arc<AtomicU32>);

#[async_trait]
impl Middleware for Counting {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        self.0.fetch_add(1, Ordering::SeqCst);
        next.run(request, extensions).await
    }
}

fn with(middleware: RetryMiddleware) -> ClientWithMiddleware {
    ClientBuilder::new(client()).with(middleware).build()
}

fn retried() -> ClientWithMiddleware {
    with(RetryMiddleware::new(POLICY))
}

#[tokio::test]
async fn a_response_is_retried_and_the_last_body_is_read() {
    bounded(async {
        let server = Server::answering(&[503, 429, 500]).await;
        let attempts = Counting::default();
        let client =
            ClientBuilder::new(client()).with(RetryMiddleware::new(POLICY)).with(attempts.clone()).build();
        let response = client.execute(request(Method::PUT, &server, "hello")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 4));
        assert_eq!(response.text().await.unwrap(), "hello");
        assert_eq!(attempts.0.load(Ordering::SeqCst), 4);

        let down = Server::answering(&[503; 9]).await;
        let response = client.execute(request(Method::PUT, &down, "the body")).await.unwrap();
        assert_eq!((response.status().as_u16(), down.requests()), (503, 5));
        assert_eq!(response.text().await.unwrap(), "the body");
    })
    .await;
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    bounded(async {
        let server = Server::start(|number, _| async move {
            let mut response = answer(if number == 1 { 429 } else { 200 }, "");
            response.headers_mut().insert("retry-after", "1".parse().unwrap());
            Ok(response)
        })
        .await;
        let start = tokio::time::Instant::now();
        let response = retried().post(server.url("")).body("order").send().await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (200, 2));
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_cut() {
    bounded(async {
        for (method, repeats_every_method, sent) in
            [(Method::GET, false, 2), (Method::POST, false, 1), (Method::POST, true, 2)]
        {
            let server = Server::start(|number, request| async move {
                read(request.into_body()).await?;
                if number == 1 { Err("cut".into()) } else { Ok(answer(200, "")) }
            })
            .await;
            let middleware = RetryMiddleware::new(POLICY);
            let middleware = if repeats_every_method { middleware.every_method() } else { middleware };
            let outcome = with(middleware).execute(request(method.clone(), &server, "pay")).await;
            assert_eq!((server.requests(), outcome.is_ok()), (sent, sent == 2), "{method}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_callers() {
    bounded(async {
        let server = Server::start(|_, _| async { Ok(answer(200, broken("half"))) }).await;
        let response = retried().execute(request(Method::GET, &server, "")).await.unwrap();
        assert!(response.text().await.is_err());
        assert_eq!(server.requests(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_restarted_is_reached_again() {
    bounded(async {
        let mut server = Server::answering(&[]).await;
        let client = with(RetryMiddleware::new(PATIENT));
        client.execute(request(Method::GET, &server, "")).await.unwrap().text().await.unwrap();
        server.kill().await;
        let late = request(Method::POST, &server, "late");
        let call = tokio::spawn(async move { client.execute(late).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.restart().await;
        assert_eq!(call.await.unwrap().unwrap().text().await.unwrap(), "late");
    })
    .await;
}

#[tokio::test]
async fn streams_and_forms_are_sent_once() {
    bounded(async {
        let server = Server::answering(&[503; 2]).await;
        let response = retried().execute(stream(&server)).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 1));
        assert_eq!(response.text().await.unwrap(), "one two", "it was sent whole");

        let form = Form::new().text("name", "seven").part("file", Part::text("the file"));
        let response = retried().put(server.url("")).multipart(form).send().await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (503, 2));
        let sent = response.text().await.unwrap();
        assert!(sent.contains("seven") && sent.contains("the file"), "{sent}");
    })
    .await;
}

#[tokio::test]
async fn a_redirect_belongs_to_its_attempt() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            Ok(match (number, request.uri().path()) {
                (2, "/there") => answer(503, "busy"),
                (_, "/there") => answer(200, "there"),
                _ => http::Response::builder().status(302).header("location", "/there").body("".into())?,
            })
        })
        .await;
        let response = retried().execute(request(Method::GET, &server, "")).await.unwrap();
        assert_eq!(response.url().path(), "/there");
        assert_eq!((response.text().await.unwrap().as_str(), server.requests()), ("there", 4));

        let endless = Server::start(|_, _| async {
            Ok(http::Response::builder().status(302).header("location", "/").body("".into())?)
        })
        .await;
        let error = retried().execute(request(Method::GET, &endless, "")).await.unwrap_err();
        assert!(error.is_redirect(), "{error:?}");
        assert_eq!(endless.requests(), 11, "the first request and ten redirects, in one attempt");
    })
    .await;
}

#[tokio::test]
async fn a_breaker_opens_and_spares_the_server() {
    bounded(async {
        let server = Server::answering(&[500; 100]).await;
        let breaker =
            Arc::new(CircuitBreaker::new().consecutive_failures(3).open_for(Duration::from_hours(1)));
        let client = with(RetryMiddleware::new(POLICY).breaker(Arc::clone(&breaker)));
        let response = client.execute(request(Method::GET, &server, "")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (500, 3));
        assert_eq!(breaker.state(), CircuitState::Open);
        let refused = client.execute(request(Method::GET, &server, "")).await.unwrap_err();
        let Error::Middleware(refused) = refused else { panic!("{refused:?}") };
        assert!(refused.is::<CircuitOpen>(), "{refused}");
        assert_eq!(server.requests(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_budget_pays_for_retries() {
    bounded(async {
        let server = Server::answering(&[500; 100]).await;
        let budget = Arc::new(RetryBudget::new().reserve_per_second(0).ratio(0.5));
        let client = with(RetryMiddleware::new(POLICY).budget(budget));
        for _ in 0..10 {
            client.execute(request(Method::GET, &server, "")).await.unwrap();
        }
        assert_eq!(server.requests(), 15, "two calls pay for one retry");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_dropped_releases_its_trial() {
    bounded(async {
        let server = Server::start(|_, _| async { std::future::pending().await }).await;
        let open_for = Duration::from_millis(20);
        let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1).open_for(open_for));
        breaker.acquire().unwrap().failure();
        tokio::time::sleep(2 * open_for).await;
        let client = with(RetryMiddleware::new(POLICY).breaker(Arc::clone(&breaker)));
        let call = client.execute(request(Method::GET, &server, ""));
        assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
        assert_eq!(server.requests(), 1);
        breaker.acquire().expect("the place of the trial is free").ignore();
    })
    .await;
}

#[tokio::test]
async fn a_refusal_after_a_redirect_does_not_repeat_the_request() {
    bounded(async {
        for status in [302, 303] {
            for refusal in [429, 503] {
                let server = Server::start(move |_, request| async move {
                    let response = http::Response::builder();
                    Ok(match *request.method() {
                        Method::POST => response.status(status).header("location", "/order/7"),
                        _ => response.status(refusal).header("retry-after", "0"),
                    }
                    .body("".into())?)
                })
                .await;
                let response = retried().execute(request(Method::POST, &server, "pay")).await.unwrap();
                assert_eq!((response.status().as_u16(), server.requests()), (refusal, 2), "it was paid");
                let layer = RetryLayer::reqwest(POLICY).layer(client());
                let response = layer.oneshot(request(Method::POST, &server, "pay")).await.unwrap();
                assert_eq!((response.status().as_u16(), server.requests()), (refusal, 4), "it was paid");
            }
        }
    })
    .await;
}

/// The error of reqwest does not show that its request was one to which the client was redirected.
#[tokio::test]
async fn a_client_without_redirects_is_safe_if_a_redirect_leads_nowhere() {
    bounded(async {
        let mut away = Server::answering(&[]).await;
        away.kill().await;
        let url = away.url("");
        let server = Server::start(move |_, _| {
            let moved = http::Response::builder().status(303).header("location", &url).body("".into());
            async { Ok(moved?) }
        })
        .await;
        let policy = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().redirect(policy).build().unwrap();
        let client = ClientBuilder::new(client).with(RetryMiddleware::new(POLICY)).build();
        let response = client.execute(request(Method::POST, &server, "pay")).await.unwrap();
        assert_eq!((response.status().as_u16(), server.requests()), (303, 1));
    })
    .await;
}

/// Panics in place of an attempt.
struct Panicking;

#[async_trait]
impl Middleware for Panicking {
    async fn handle(&self, _: Request, _: &mut Extensions, _: Next<'_>) -> Result<Response> {
        panic!("as the test wants it")
    }
}

#[tokio::test]
async fn a_middleware_inside_that_panics_releases_the_trial() {
    bounded(async {
        let open_for = Duration::from_millis(20);
        let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1).open_for(open_for));
        breaker.acquire().unwrap().failure();
        tokio::time::sleep(2 * open_for).await;
        let retry = RetryMiddleware::new(POLICY).breaker(Arc::clone(&breaker));
        let client = ClientBuilder::new(client()).with(retry).with(Panicking).build();
        let call = tokio::spawn(async move { client.get("http://127.0.0.1:1/").send().await });
        assert!(call.await.unwrap_err().is_panic());
        breaker.acquire().expect("the place of the trial is free").ignore();
    })
    .await;
}
