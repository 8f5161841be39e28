//! A layer and a middleware whose breaker has joined a fleet: a call waits for the lease of a trial. The time is paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use reattempt::fleet::{Fleet, FleetMember, MemoryStore, Request, Store, StoreFuture};
use reattempt::reqwest_middleware::RetryMiddleware;
use reattempt::tower::{BoxError, RetryLayer};
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState, Jitter, Policy};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use tokio::time::{Instant, sleep};
use tower::{Layer, ServiceExt, service_fn};

const OPEN_FOR: Duration = Duration::from_secs(10);
const LATENCY: Duration = Duration::from_millis(20);

/// A store that takes a while.
struct Slow(MemoryStore);

impl Store for Slow {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move {
            sleep(LATENCY).await;
            self.0.ask(key, request).await
        })
    }

    fn describe(&self) -> String {
        "slow".into()
    }
}

/// A server that fails its first attempt, whoever asks.
#[derive(Clone, Default)]
struct Down(Arc<AtomicU32>);

impl Down {
    fn answer(&self) -> Result<u32, BoxError> {
        let call = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        if call == 1 { Err("down".into()) } else { Ok(call) }
    }
}

#[async_trait]
impl Middleware for Down {
    async fn handle(
        &self,
        _: reqwest::Request,
        _: &mut http::Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        let status = self.answer().map_or(503, |_| 200);
        Ok(http::Response::builder().status(status).body("").unwrap().into())
    }
}

/// Returns a call of the way `way`, of one attempt or of two.
async fn call(way: u32, attempts: u32, down: &Down, breaker: &Arc<CircuitBreaker>) -> Result<(), BoxError> {
    let policy = Policy::new().max(attempts).base(OPEN_FOR + LATENCY).jitter(Jitter::None);
    if way == 0 {
        let layer = RetryLayer::new(policy).breaker(Arc::clone(breaker));
        return layer.layer(service_fn(|()| async { down.answer() })).oneshot(()).await.map(drop);
    }
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RetryMiddleware::new(policy).breaker(Arc::clone(breaker)))
        .with(down.clone())
        .build();
    match client.get("http://127.0.0.1/").send().await {
        Ok(response) => response.error_for_status().map(drop).map_err(Into::into),
        Err(reqwest_middleware::Error::Middleware(error)) => Err(error.into()),
        Err(error) => Err(error.into()),
    }
}

async fn member() -> (Arc<CircuitBreaker>, FleetMember) {
    let breaker = CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR);
    let breaker = Arc::new(breaker);
    let store = Arc::new(Slow(MemoryStore::new()));
    let member = Fleet::on(store).quorum(1).join(Arc::clone(&breaker)).start();
    sleep(Duration::from_millis(200)).await;
    (breaker, member)
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_its_lease() {
    for way in 0..2 {
        let (breaker, _member) = member().await;
        let down = Down::default();
        call(way, 1, &down, &breaker).await.unwrap_err();
        sleep(Duration::from_millis(300)).await;
        let refused = call(way, 1, &down, &breaker).await.unwrap_err();
        assert!(refused.to_string().contains("circuit") || refused.is::<CircuitOpen>(), "{refused}");
        sleep(OPEN_FOR).await;
        let start = Instant::now();
        call(way, 1, &down, &breaker).await.unwrap();
        assert!(start.elapsed() >= LATENCY, "{:?}, way {way}", start.elapsed());
        assert_eq!(breaker.state(), CircuitState::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_for_its_lease() {
    for way in 0..2 {
        let (breaker, _member) = member().await;
        let down = Down::default();
        let start = Instant::now();
        call(way, 2, &down, &breaker).await.unwrap();
        assert!(start.elapsed() >= OPEN_FOR + 2 * LATENCY, "{:?}, way {way}", start.elapsed());
        assert_eq!((breaker.state(), down.0.load(Ordering::SeqCst)), (CircuitState::Closed, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_waits_for_its_lease() {
    for way in 0..2 {
        let (breaker, _member) = member().await;
        let down = Down::default();
        call(way, 1, &down, &breaker).await.unwrap_err();
        sleep(OPEN_FOR + Duration::from_millis(300)).await;
        assert!(tokio::time::timeout(LATENCY / 4, call(way, 1, &down, &breaker)).await.is_err());
        sleep(5 * LATENCY).await;
        call(way, 1, &down, &breaker).await.unwrap();
        assert_eq!(breaker.state(), CircuitState::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_inside_a_trial_of_the_same_breaker_belongs_to_it() {
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(OPEN_FOR);
    let breaker = Arc::new(breaker);
    breaker.acquire().unwrap().failure();
    sleep(OPEN_FOR).await;
    let layer = || RetryLayer::new(Policy::new()).breaker(Arc::clone(&breaker));
    let inner = layer().layer(service_fn(|()| async {
        tokio::task::yield_now().await;
        Ok::<_, BoxError>(())
    }));
    let inner = service_fn(move |()| {
        let inner = inner.clone();
        async move {
            tokio::task::yield_now().await;
            inner.oneshot(()).await
        }
    });
    layer().layer(inner).oneshot(()).await.unwrap();
    assert_eq!(breaker.state(), CircuitState::Closed);
}
