//! The names of operations in `Stats`, which observes the whole process.

use std::time::Duration;

use reattempt::reqwest_middleware::RetryMiddleware;
use reattempt::tower::{BoxError, RetryLayer};
use reattempt::{CircuitBreaker, Stats};
use services::{POLICY, Server, bounded};
use tower::{Layer, ServiceExt, service_fn};

static STATS: Stats = Stats::new();
static BREAKER: CircuitBreaker = CircuitBreaker::new().name("search server").consecutive_failures(2);

/// A service that is down.
async fn down((): ()) -> Result<(), BoxError> {
    Err("down".into())
}

#[tokio::test]
async fn operations_have_the_name_of_their_layer() {
    bounded(async {
        reattempt::set_observer(&STATS).unwrap();
        for _ in 0..2 {
            RetryLayer::new(POLICY.max(3))
                .name("search")
                .layer(service_fn(down))
                .oneshot(())
                .await
                .unwrap_err();
            RetryLayer::new(POLICY.max(2)).layer(service_fn(down)).oneshot(()).await.unwrap_err();
        }
        let layer = RetryLayer::new(POLICY).name("behind a breaker").breaker(&BREAKER);
        for _ in 0..2 {
            layer.layer(service_fn(down)).oneshot(()).await.unwrap_err();
        }
        let server = Server::answering(&[503, 503]).await;
        let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
            .with(RetryMiddleware::new(POLICY).name("orders"))
            .build();
        client.get(server.url("")).send().await.unwrap();

        let snapshot = STATS.snapshot();
        let of =
            |name: &str| snapshot.operations.iter().find(|operation| operation.operation == name).unwrap();
        let search = of("search");
        assert_eq!((search.calls_retried, search.retries, search.total_give_ups()), (2, 4, 2));
        assert_eq!(of(file!()).retries, 2, "without a name, it is the place of the layer");
        let guarded = of("behind a breaker");
        assert_eq!((guarded.retries, guarded.total_give_ups()), (1, 2), "{guarded:?}");
        let orders = of("orders");
        assert_eq!((orders.retries, orders.recovered), (2, 1));
        assert_eq!(orders.total_delay, 2 * Duration::from_millis(5) + Duration::from_millis(5));
        assert_eq!(orders.errors[0].error, "the server answered 503 Service Unavailable");
        assert_eq!(snapshot.breakers[0].breaker, "search server");
    })
    .await;
}
