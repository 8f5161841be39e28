//! A layer whose breaker has joined a fleet: a call waits for the lease of a trial. The time is paused.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use retry_core::fleet::{Fleet, FleetMember, MemoryStore};
use retry_core::middleware::tower::{BoxError, RetryLayer};
use retry_core::{CircuitBreaker, CircuitOpen, CircuitState, Jitter, Policy};
use tokio::time::sleep;
use tower::{Layer, ServiceExt, service_fn};

use crate::transient;

const OPEN_FOR: Duration = Duration::from_secs(10);

/// One process of the fleet.
async fn process(store: &Arc<MemoryStore>) -> (Arc<CircuitBreaker>, FleetMember) {
    let breaker = CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR);
    let breaker = Arc::new(breaker);
    let member = Fleet::on(Arc::clone(store)).quorum(1).join(Arc::clone(&breaker)).start();
    sleep(Duration::from_millis(200)).await;
    (breaker, member)
}

/// Makes a call of at most so many attempts, with a wait in between that is as long as the circuit is open.
async fn call(
    attempts: u32,
    breaker: &Arc<CircuitBreaker>,
    answer: impl AsyncFn() -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let policy = Policy::new().max(attempts).base(OPEN_FOR + Duration::from_secs(1)).jitter(Jitter::None);
    let layer = RetryLayer::new(policy).breaker(Arc::clone(breaker));
    layer.layer(service_fn(|()| answer())).oneshot(()).await
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_its_lease() {
    let (breaker, _member) = process(&Arc::default()).await;
    call(1, &breaker, async || Err(transient())).await.unwrap_err();
    assert_eq!(breaker.state(), CircuitState::Open);
    sleep(OPEN_FOR + Duration::from_millis(300)).await;
    call(1, &breaker, async || Ok(())).await.unwrap();
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_for_its_lease() {
    let (breaker, _member) = process(&Arc::default()).await;
    let calls = AtomicU32::new(0);
    let fails_once = async || match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Err(transient()),
        _ => Ok(()),
    };
    call(2, &breaker, fails_once).await.unwrap();
    assert_eq!((breaker.state(), calls.into_inner()), (CircuitState::Closed, 2));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_refused_while_another_process_has_the_trial() {
    let store = Arc::default();
    let (breaker, _member) = process(&store).await;
    let (other, _other_member) = process(&store).await;
    for breaker in [&breaker, &other] {
        call(1, breaker, async || Err(transient())).await.unwrap_err();
    }
    sleep(OPEN_FOR + Duration::from_millis(300)).await;
    let trial = tokio::time::timeout(OPEN_FOR / 2, call(1, &other, async || pending().await));
    let refused = async {
        sleep(OPEN_FOR / 10).await;
        call(1, &breaker, async || panic!("it was sent")).await.unwrap_err()
    };
    let (trial, refused) = tokio::join!(trial, refused);
    assert!(trial.is_err() && refused.is::<CircuitOpen>(), "{refused}");
}
