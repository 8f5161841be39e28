//! The events of calls: their texts, and those of calls that a breaker ends. A binary of its own: the observer is set once for the whole process.

use std::future::ready;
use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use http::{Request, Response};
use retry_core::middleware::tower::{BoxError, RetryLayer, Verdict};
use retry_core::observe::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};
use retry_core::{CircuitBreaker, CircuitOpen, Observer, Policy, RetryBudget, set_observer};
use tower::{Layer, ServiceExt, service_fn};

/// The events, each in one line.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Observer for Recorder {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        self.0.lock().unwrap().push(format!(
            "{} retries after {}: {}",
            event.operation(),
            event.attempt(),
            event.error()
        ));
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        self.0.lock().unwrap().push(format!("{} recovers with {}", event.operation(), event.attempt()));
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        let (operation, attempt, reason) = (event.operation(), event.attempt(), event.reason());
        self.0
            .lock()
            .unwrap()
            .push(format!("{operation} ends after {attempt}, {reason:?}: {}", event.error()));
    }
}

async fn down((): ()) -> Result<(), BoxError> {
    Err(io::Error::new(io::ErrorKind::ConnectionReset, "down").into())
}

static RECORDER: LazyLock<Arc<Recorder>> = LazyLock::new(|| {
    let recorder = Arc::new(Recorder::default());
    set_observer(Arc::clone(&recorder)).unwrap();
    recorder
});

/// Returns the events of the operation with this name.
fn events_of(operation: &str) -> Vec<String> {
    let events = RECORDER.0.lock().unwrap();
    events.iter().filter(|event| event.starts_with(operation)).cloned().collect()
}

#[tokio::test]
async fn a_request_without_a_copy_is_no_retry_and_costs_no_token() {
    LazyLock::force(&RECORDER);
    let budget = Arc::new(RetryBudget::new().reserve_per_second(0).ratio(1.0));
    budget.deposit();
    let layer = RetryLayer::new(Policy::new()).name("once").budget(Arc::clone(&budget));
    let outcome = layer.request(|(): &()| None).layer(service_fn(down)).oneshot(()).await;
    assert_eq!(outcome.unwrap_err().to_string(), "down");
    assert_eq!(events_of("once"), ["once ends after 1, NotRetryable: down"]);
    assert!(budget.try_withdraw() && budget.try_withdraw(), "both deposits are there");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_a_breaker_ends_has_its_event() {
    LazyLock::force(&RECORDER);
    let breaker = Arc::new(CircuitBreaker::new().name("search server"));
    let policy = Policy::new().max(3).base(Duration::from_secs(10));
    let layer = RetryLayer::new(policy).name("search").breaker(Arc::clone(&breaker));
    let opens = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        breaker.force_open();
    };
    let (outcome, ()) = tokio::join!(layer.layer(service_fn(down)).oneshot(()), opens);
    assert_eq!(outcome.unwrap_err().to_string(), "down", "the last error, not the refusal");
    let refused = layer.layer(service_fn(down)).oneshot(()).await.unwrap_err();
    assert!(refused.is::<CircuitOpen>());
    let events = events_of("search");
    assert_eq!(events[..2], ["search retries after 1: down", "search ends after 1, CircuitOpen: down"]);
    assert!(events[2].starts_with("search ends after 0, CircuitOpen: "), "{events:?}");
    assert_eq!(events.len(), 3);
}

/// Makes a call of one attempt.
const ONCE: Policy = Policy::new().max(1);

#[tokio::test]
async fn a_call_that_recovers_has_its_event() {
    LazyLock::force(&RECORDER);
    let outcomes = Mutex::new(vec![true, false]);
    let service = service_fn(|()| {
        ready(if outcomes.lock().unwrap().pop() == Some(true) { Ok(()) } else { Err(BoxError::from("down")) })
    });
    let layer = RetryLayer::new(Policy::new().base(Duration::ZERO)).name("recovers");
    layer.layer(service).oneshot(()).await.unwrap();
    assert_eq!(events_of("recovers"), ["recovers retries after 1: down", "recovers recovers with 2"]);
}

#[tokio::test]
async fn a_layer_without_a_name_has_that_of_its_place() {
    LazyLock::force(&RECORDER);
    let (layer, line) = (RetryLayer::new(ONCE), line!());
    layer.layer(service_fn(down)).oneshot(()).await.unwrap_err();
    let events = events_of(&format!("{}:{line}:", file!()));
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].ends_with(" ends after 1, MaxAttempts: down"), "{events:?}");
}

#[tokio::test]
async fn a_response_is_described_by_the_rule_that_refuses_it() {
    LazyLock::force(&RECORDER);
    let busy = || Response::builder().status(503).body("").unwrap();
    let http = RetryLayer::http(ONCE).name("by status");
    let service = service_fn(|_: Request<()>| ready(Ok::<_, BoxError>(busy())));
    http.layer(service).oneshot(Request::new(())).await.unwrap();
    assert_eq!(
        events_of("by status"),
        ["by status ends after 1, MaxAttempts: the server answered 503 Service Unavailable"]
    );

    let rule = |_: Result<&u32, &BoxError>| Verdict::TRANSIENT;
    let own = RetryLayer::new(ONCE).name("by a function").classify(rule);
    own.layer(service_fn(|()| ready(Ok::<_, BoxError>(7)))).oneshot(()).await.unwrap();
    assert_eq!(
        events_of("by a function"),
        ["by a function ends after 1, MaxAttempts: the response is no success"]
    );
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn a_response_of_reqwest_is_described_by_its_status() {
    LazyLock::force(&RECORDER);
    let request = || reqwest::Request::new(http::Method::GET, "http://127.0.0.1/".parse().unwrap());
    let busy = || reqwest::Response::from(Response::builder().status(503).body("").unwrap());
    let layer = RetryLayer::reqwest(ONCE).name("reqwest");
    let service = service_fn(|_: reqwest::Request| ready(Ok::<_, BoxError>(busy())));
    layer.layer(service).oneshot(request()).await.unwrap();
    assert_eq!(
        events_of("reqwest"),
        ["reqwest ends after 1, MaxAttempts: the server answered 503 Service Unavailable"]
    );
}

#[cfg(feature = "tonic")]
#[tokio::test]
async fn a_response_of_grpc_is_described_by_its_status() {
    use tonic::{Status, body::Body};

    LazyLock::force(&RECORDER);
    let layer = RetryLayer::grpc(ONCE).name("gRPC");
    let service = service_fn(|_: Request<Body>| {
        ready(Ok::<_, Status>(Status::unavailable("the index is loading").into_http::<Body>()))
    });
    layer.layer(service).oneshot(Request::new(Body::empty())).await.unwrap();
    let status = Status::unavailable("the index is loading");
    assert_eq!(events_of("gRPC"), [format!("gRPC ends after 1, MaxAttempts: {status}")]);
}

#[cfg(feature = "reqwest-middleware")]
#[tokio::test]
async fn the_middleware_describes_a_response_by_its_status_and_an_error_by_its_text() {
    use reqwest_middleware::{ClientBuilder, Error, Middleware, Next, Result};
    use retry_core::middleware::reqwest::RetryMiddleware;

    /// Answers in place of a server, with 503 or, without a path, with an error.
    struct Down;

    #[async_trait::async_trait]
    impl Middleware for Down {
        async fn handle(
            &self,
            request: reqwest::Request,
            _: &mut http::Extensions,
            _: Next<'_>,
        ) -> Result<reqwest::Response> {
            match request.url().path() {
                "/" => Err(Error::middleware(io::Error::new(io::ErrorKind::ConnectionReset, "cut"))),
                _ => Ok(Response::builder().status(503).body("").unwrap().into()),
            }
        }
    }

    LazyLock::force(&RECORDER);
    let retry = RetryMiddleware::new(ONCE).name("middleware");
    let client = ClientBuilder::new(reqwest::Client::new()).with(retry).with(Down).build();
    client.get("http://127.0.0.1/index").send().await.unwrap();
    let cut = client.get("http://127.0.0.1/").send().await.unwrap_err();
    assert_eq!(
        events_of("middleware"),
        [
            "middleware ends after 1, MaxAttempts: the server answered 503 Service Unavailable".to_owned(),
            format!("middleware ends after 1, MaxAttempts: {cut}"),
        ]
    );
}
