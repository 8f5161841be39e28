//! Unary calls over a channel of tonic under the layer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use reattempt::tower::{Alone, Grpc, Peek, Peeked, Replayed, Retry, RetryLayer};
use reattempt::{CircuitBreaker, CircuitState, Policy, RetryBudget};
use services::grpc::{Client, Text, ok, status_alone, stream, texts};
use services::{Answer, PATIENT, POLICY, Server, answer, bounded};
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};
use tower::{Layer, service_fn};

/// The channel of a client, under the layer.
pub(crate) type Retried<L = Alone> = Retry<Peek<Channel>, Grpc, Replayed, L>;

pub(crate) fn channel(server: &Server) -> Channel {
    Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect_lazy()
}

pub(crate) fn client_with<L>(layer: &RetryLayer<Grpc, Replayed, L>, server: &Server) -> Client<Retried<L>>
where
    Retried<L>: GrpcService<Body, ResponseBody = Peeked<Body>>,
{
    Client::new(layer.layer(channel(server)))
}

pub(crate) fn client(server: &Server) -> Client<Retried> {
    client_with(&RetryLayer::grpc(POLICY), server)
}

fn hello() -> Request<String> {
    Request::new("hello".to_owned())
}

/// Returns the text of a unary request.
async fn text(request: http::Request<hyper::body::Incoming>) -> Result<String, services::BoxError> {
    Ok(texts(request.into_body().collect().await?.to_bytes()).concat())
}

/// Starts a server that fails `failures` times by `fail`, and then returns the text of the request.
async fn failing(failures: u32, fail: impl Fn() -> Answer + Copy + Send + Sync + 'static) -> Server {
    Server::start(move |number, request| async move {
        let text = text(request).await?;
        if number <= failures { fail() } else { ok(&text) }
    })
    .await
}

#[tokio::test]
async fn a_status_in_the_headers_is_retried() {
    bounded(async {
        let server = failing(3, || Ok(status_alone(&Status::unavailable("down")))).await;
        let response = client(&server).unary(hello()).await.unwrap();
        assert_eq!((response.into_inner().as_str(), server.requests()), ("hello", 4));
    })
    .await;
}

#[tokio::test]
async fn a_status_in_the_trailers_is_retried() {
    bounded(async {
        let down = || stream(tokio_stream::empty(), &Status::unavailable("down"));
        let server = failing(3, down).await;
        let response = client(&server).unary(hello()).await.unwrap();
        assert_eq!((response.into_inner().as_str(), server.requests()), ("hello", 4));
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_speaks_no_grpc_is_retried() {
    bounded(async {
        let server = failing(3, || Ok(answer(503, "<html>no healthy upstream</html>"))).await;
        let response = client(&server).unary(hello()).await.unwrap();
        assert_eq!((response.into_inner().as_str(), server.requests()), ("hello", 4));
    })
    .await;
}

#[tokio::test]
async fn the_last_status_is_returned() {
    bounded(async {
        for alone in [true, false] {
            let server = Server::start(move |number, _| async move {
                let status = Status::unavailable(format!("down {number}"));
                if alone { Ok(status_alone(&status)) } else { stream(tokio_stream::empty(), &status) }
            })
            .await;
            let status = client(&server).unary(hello()).await.unwrap_err();
            assert_eq!((status.code(), status.message()), (Code::Unavailable, "down 5"));
            assert_eq!(server.requests(), 5);
        }
    })
    .await;
}

#[tokio::test]
async fn other_codes_end_the_call_at_once() {
    bounded(async {
        for code in
            [Code::InvalidArgument, Code::NotFound, Code::Internal, Code::Unimplemented, Code::DataLoss]
        {
            for alone in [true, false] {
                let server = Server::start(move |_, _| async move {
                    let status = Status::new(code, "no");
                    if alone { Ok(status_alone(&status)) } else { stream(tokio_stream::empty(), &status) }
                })
                .await;
                let status = client(&server).unary(hello()).await.unwrap_err();
                assert_eq!((status.code(), server.requests()), (code, 1));
            }
        }
    })
    .await;
}

fn pushed_back(value: &'static str) -> Status {
    let mut status = Status::unavailable("busy");
    status.metadata_mut().insert("grpc-retry-pushback-ms", value.parse().unwrap());
    status
}

#[tokio::test]
async fn pushback_is_obeyed() {
    bounded(async {
        for alone in [true, false] {
            let push = move |value: &'static str| {
                let status = pushed_back(value);
                if alone { Ok(status_alone(&status)) } else { stream(tokio_stream::empty(), &status) }
            };
            let server = failing(1, move || push("-1")).await;
            let status = client(&server).unary(hello()).await.unwrap_err();
            assert_eq!((status.code(), server.requests()), (Code::Unavailable, 1));

            let server = failing(1, move || push("300")).await;
            let start = tokio::time::Instant::now();
            client(&server).unary(hello()).await.unwrap();
            assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
            assert_eq!(server.requests(), 2);
        }
    })
    .await;
}

#[tokio::test]
async fn retry_info_is_waited_for() {
    bounded(async {
        let quota = || {
            let details = ErrorDetails::with_retry_info(Some(Duration::from_millis(300)));
            Ok(status_alone(&Status::with_error_details(Code::ResourceExhausted, "quota", details)))
        };
        let server = failing(1, quota).await;
        let start = tokio::time::Instant::now();
        client(&server).unary(hello()).await.unwrap();
        assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_restarted_is_reached_again() {
    bounded(async {
        let mut server = failing(0, || Err("never".into())).await;
        let mut client = client_with(&RetryLayer::grpc(PATIENT), &server);
        client.unary(hello()).await.unwrap();
        server.kill().await;
        let call = tokio::spawn(async move { client.unary(hello()).await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.restart().await;
        assert_eq!(call.await.unwrap().unwrap().into_inner(), "hello");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_call() {
    bounded(async {
        let mut server = Server::start(|number, request| async move {
            let text = text(request).await?;
            if number == 1 {
                std::future::pending::<()>().await;
            }
            ok(&text)
        })
        .await;
        let mut client = client_with(&RetryLayer::grpc(PATIENT), &server);
        let call = tokio::spawn(async move { client.unary(hello()).await });
        while server.requests() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.restart().await;
        assert_eq!(call.await.unwrap().unwrap().into_inner(), "hello");
        assert!(server.requests() >= 2);
    })
    .await;
}

#[tokio::test]
async fn attempts_are_numbered_and_metadata_is_kept() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            let header =
                |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            if number < 3 {
                return Ok(status_alone(&Status::unavailable("down")));
            }
            let names = ["grpc-previous-rpc-attempts", "grpc-timeout", "authorization", "te", "content-type"];
            ok(&names.map(|name| header(name).unwrap_or_default()).join(" "))
        })
        .await;
        let mut request = hello();
        request.set_timeout(Duration::from_secs(20));
        request.metadata_mut().insert("authorization", "secret".parse().unwrap());
        let response = client(&server).unary(request).await.unwrap();
        let received = response.into_inner();
        let received: Vec<_> = received.split(' ').collect();
        assert_eq!((received[0], &received[2..]), ("2", &["secret", "trailers", "application/grpc"][..]));
        let left: u64 = received[1].strip_suffix('u').unwrap().parse().unwrap();
        assert!(left < 20_000_000, "the deadline is that of the call: {left}");
    })
    .await;
}

#[tokio::test]
async fn the_deadline_of_the_caller_ends_a_call_that_hangs() {
    bounded(async {
        let server = Server::start(|_, _| std::future::pending()).await;
        let mut request = hello();
        request.set_timeout(Duration::from_millis(300));
        let start = tokio::time::Instant::now();
        let status = client(&server).unary(request).await.unwrap_err();
        assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_eq!(server.requests(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_request_above_the_limit_is_sent_once() {
    bounded(async {
        let large = "x".repeat(1 << 20);
        for (limit, sent) in [(None, 1), (Some(2 << 20), 2)] {
            let server = failing(1, || Ok(status_alone(&Status::unavailable("down")))).await;
            let layer = RetryLayer::grpc(POLICY);
            let layer = if let Some(limit) = limit { layer.buffer(limit) } else { layer };
            let mut client = client_with(&layer, &server);
            let outcome = client.unary(Request::new(large.clone())).await;
            assert_eq!((outcome.is_ok(), server.requests()), (sent == 2, sent));
            if let Ok(response) = outcome {
                assert_eq!(response.into_inner(), large);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_permanent_status_says_nothing_about_the_server() {
    bounded(async {
        let server = Server::start(|number, _| async move {
            let status = if number == 2 { Status::not_found("") } else { Status::unavailable("down") };
            Ok(status_alone(&status))
        })
        .await;
        let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(2));
        let layer = RetryLayer::grpc(POLICY.max(1)).breaker(Arc::clone(&breaker));
        let mut client = client_with(&layer, &server);
        for code in [Code::Unavailable, Code::NotFound] {
            assert_eq!(client.unary(hello()).await.unwrap_err().code(), code);
            assert_eq!(breaker.state(), CircuitState::Closed);
        }
        client.unary(hello()).await.unwrap_err();
        assert_eq!(breaker.state(), CircuitState::Open, "two failures in a row, by what counts");
    })
    .await;
}

#[tokio::test]
async fn a_breaker_opens_and_refuses() {
    bounded(async {
        let server = failing(u32::MAX, || stream(tokio_stream::empty(), &Status::unavailable("down"))).await;
        let breaker =
            Arc::new(CircuitBreaker::new().consecutive_failures(3).open_for(Duration::from_hours(1)));
        let mut client = client_with(&RetryLayer::grpc(POLICY).breaker(Arc::clone(&breaker)), &server);
        let status = client.unary(hello()).await.unwrap_err();
        assert_eq!((status.code(), server.requests()), (Code::Unavailable, 3));
        assert_eq!(breaker.state(), CircuitState::Open);
        let refused = client.unary(hello()).await.unwrap_err();
        assert!(refused.message().contains("circuit"), "{refused:?}");
        assert_eq!(server.requests(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_budget_pays_for_retries() {
    bounded(async {
        let server = failing(u32::MAX, || Ok(status_alone(&Status::unavailable("down")))).await;
        let budget = Arc::new(RetryBudget::new().reserve_per_second(0).ratio(0.5));
        let mut client = client_with(&RetryLayer::grpc(POLICY).budget(budget), &server);
        for _ in 0..10 {
            client.unary(hello()).await.unwrap_err();
        }
        assert_eq!(server.requests(), 15, "two calls pay for one retry");
    })
    .await;
}

/// Starts a server of tonic's own, as its generated code is made, that fails two of three calls.
async fn tonics_own(calls: &Arc<AtomicU32>) -> Server {
    let calls = Arc::clone(calls);
    Server::start(move |_, request| {
        let calls = Arc::clone(&calls);
        async move {
            let handler = service_fn(move |request: Request<String>| {
                let number = calls.fetch_add(1, Ordering::SeqCst);
                async move {
                    if number % 3 == 2 {
                        Ok(Response::new(request.into_inner()))
                    } else {
                        Err(Status::unavailable("busy"))
                    }
                }
            });
            let response = tonic::server::Grpc::new(Text).unary(handler, request).await;
            Ok(response.map(axum::body::Body::new))
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_calls_at_once() {
    bounded(async {
        let calls = Arc::default();
        let server = tonics_own(&calls).await;
        let client = client_with(&RetryLayer::grpc(PATIENT), &server);
        let calls: Vec<_> = (0..100)
            .map(|number| {
                let mut client = client.clone();
                tokio::spawn(async move { client.unary(Request::new(format!("text {number}"))).await })
            })
            .collect();
        for (number, call) in calls.into_iter().enumerate() {
            assert_eq!(call.await.unwrap().unwrap().into_inner(), format!("text {number}"));
        }
        assert_eq!(server.requests(), 300);
    })
    .await;
}

#[tokio::test]
async fn the_deadline_of_the_policy_ends_a_call() {
    bounded(async {
        let server = failing(u32::MAX, || Ok(status_alone(&Status::unavailable("down")))).await;
        let policy =
            Policy::new().unlimited().base(Duration::from_millis(50)).deadline(Duration::from_millis(400));
        let start = tokio::time::Instant::now();
        let status = client_with(&RetryLayer::grpc(policy), &server).unary(hello()).await.unwrap_err();
        assert_eq!(status.message(), "down");
        assert!(start.elapsed() < Duration::from_secs(10));
    })
    .await;
}

#[tokio::test]
async fn an_interceptor_inside_sees_each_attempt_and_one_outside_each_call() {
    bounded(async {
        let server = Server::start(|number, request| async move {
            let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
            if number < 3 {
                Ok(status_alone(&Status::unavailable("down")))
            } else {
                ok(&(header("token") + &header("call")))
            }
        })
        .await;
        let number = |name: &'static str| {
            let count = AtomicU32::new(0);
            move |mut request: Request<()>| {
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                request.metadata_mut().insert(name, number.to_string().parse().unwrap());
                Ok::<_, Status>(request)
            }
        };
        let (token, call) = (Arc::new(number("token")), Arc::new(number("call")));
        let channel = tower::ServiceBuilder::new()
            .layer(tonic::service::InterceptorLayer::new(move |request| call(request)))
            .layer(RetryLayer::grpc(POLICY))
            .layer(tonic::service::InterceptorLayer::new(move |request| token(request)))
            .service(channel(&server));
        let response = Client::new(channel).unary(hello()).await.unwrap();
        assert_eq!(response.into_inner(), "31");
    })
    .await;
}

#[tokio::test]
async fn a_channel_of_several_servers_under_the_layer() {
    bounded(async {
        let mut servers = Vec::new();
        for _ in 0..3 {
            servers.push(failing(0, || Err("never".into())).await);
        }
        servers[0].kill().await;
        let endpoints = servers
            .iter()
            .map(|server| Endpoint::from_shared(format!("http://{}", server.address)).unwrap())
            .collect::<Vec<_>>();
        let mut client =
            Client::new(RetryLayer::grpc(PATIENT).layer(Channel::balance_list(endpoints.into_iter())));
        for _ in 0..20 {
            assert_eq!(client.unary(hello()).await.unwrap().into_inner(), "hello");
        }
    })
    .await;
}
