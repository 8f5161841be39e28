//! The layer between others: a timeout and a limit on concurrency, inside and outside of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use retry_core::Jitter;
use retry_core::middleware::tower::{BoxError, RetryLayer};
use tokio::time::{Instant, sleep};
use tower::timeout::error::Elapsed;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use crate::{POLICY, transient};

const SECOND: Duration = Duration::from_secs(1);

/// A service whose first `slow` calls take an hour. Counts its calls.
fn slow(
    slow: u32,
    calls: &Arc<AtomicU32>,
) -> impl Service<(), Response = u32, Error = BoxError, Future: Send> + Clone + use<> {
    let calls = Arc::clone(calls);
    service_fn(move |()| {
        let number = calls.fetch_add(1, Ordering::Relaxed) + 1;
        async move {
            if number <= slow {
                sleep(3600 * SECOND).await;
            }
            Ok::<_, BoxError>(number)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_limits_an_attempt() {
    let calls = Arc::default();
    let service =
        ServiceBuilder::new().layer(RetryLayer::new(POLICY)).timeout(SECOND).service(slow(2, &calls));
    let start = Instant::now();
    assert_eq!(service.oneshot(()).await.unwrap(), 3);
    assert_eq!(start.elapsed(), 2 * SECOND);

    let service =
        ServiceBuilder::new().layer(RetryLayer::new(POLICY)).timeout(SECOND).service(slow(9, &calls));
    assert!(service.oneshot(()).await.unwrap_err().is::<Elapsed>());
    assert_eq!(calls.load(Ordering::Relaxed), 6);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_the_policy_limits_the_call() {
    let policy = POLICY.max(100).base(SECOND).factor(1.0).jitter(Jitter::None);
    // Each attempt takes two seconds, also the first one, and each wait takes one.
    for (deadline, attempts) in [(2500, 1), (3500, 2), (6500, 3)] {
        let calls = AtomicU32::new(0);
        let failing = service_fn(|()| {
            calls.fetch_add(1, Ordering::Relaxed);
            async {
                sleep(2 * SECOND).await;
                Err::<(), _>(transient())
            }
        });
        let policy = policy.deadline(Duration::from_millis(deadline));
        RetryLayer::new(policy).layer(failing).oneshot(()).await.unwrap_err();
        assert_eq!(calls.load(Ordering::Relaxed), attempts, "{deadline} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_outside_limits_the_call() {
    let calls = Arc::default();
    let policy = POLICY.base(SECOND).jitter(Jitter::None);
    let failing = service_fn(move |()| async move { Err::<(), _>(transient()) });
    let start = Instant::now();
    let service = ServiceBuilder::new().timeout(SECOND / 2).layer(RetryLayer::new(policy)).service(failing);
    assert!(service.oneshot(()).await.unwrap_err().is::<Elapsed>());
    assert_eq!(start.elapsed(), SECOND / 2, "it ended the wait");

    let service =
        ServiceBuilder::new().timeout(SECOND).layer(RetryLayer::new(POLICY)).service(slow(1, &calls));
    assert!(service.oneshot(()).await.unwrap_err().is::<Elapsed>());
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

/// A service that fails its first twelve calls, and notes how many of its calls run at once.
fn busy(
    most: &Arc<AtomicU32>,
) -> impl Service<(), Response = (), Error = BoxError, Future: Send> + Clone + use<> {
    let (most, running, calls) = (Arc::clone(most), Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    service_fn(move |()| {
        let (most, running) = (Arc::clone(&most), Arc::clone(&running));
        let fails = calls.fetch_add(1, Ordering::Relaxed) < 12;
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(SECOND).await;
            running.fetch_sub(1, Ordering::Relaxed);
            if fails { Err(transient()) } else { Ok(()) }
        }
    })
}

/// Makes twelve calls at once, and returns how many attempts ran at once.
async fn run<S>(service: S, most: Arc<AtomicU32>) -> u32
where
    S: Service<(), Response = (), Error = BoxError, Future: Send> + Clone + Send + 'static,
{
    let calls: Vec<_> = (0..12).map(|_| tokio::spawn(service.clone().oneshot(()))).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    most.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn a_limit_inside_holds_for_attempts_and_is_free_in_a_wait() {
    let most = Arc::default();
    let policy = POLICY.max(20).base(60 * SECOND).jitter(Jitter::None);
    let start = Instant::now();
    let inside =
        ServiceBuilder::new().layer(RetryLayer::new(policy)).concurrency_limit(3).service(busy(&most));
    assert_eq!(run(inside, most).await, 3);
    // Three at once, twelve attempts take four seconds. If a wait held the limit, there would be four waits.
    assert!(start.elapsed() < 70 * SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_limit_outside_holds_for_calls() {
    let most = Arc::default();
    let policy = POLICY.max(20);
    let outside =
        ServiceBuilder::new().concurrency_limit(3).layer(RetryLayer::new(policy)).service(busy(&most));
    assert_eq!(run(outside, most).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_buffer_and_load_shedding_inside_are_services_like_others() {
    let most = Arc::default();
    let policy = POLICY.max(50).base(SECOND);
    let shed = ServiceBuilder::new()
        .layer(RetryLayer::new(policy))
        .load_shed()
        .concurrency_limit(3)
        .service(busy(&most));
    assert_eq!(run(shed, Arc::clone(&most)).await, 3);
    let buffered = ServiceBuilder::new()
        .layer(RetryLayer::new(policy))
        .buffer(2)
        .concurrency_limit(3)
        .service(busy(&most));
    assert_eq!(run(buffered, most).await, 3);
}
