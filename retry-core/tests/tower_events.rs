//! The events of calls that a breaker ends. A binary of its own: the observer is set once for the whole process.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use retry_core::middleware::tower::{BoxError, RetryLayer};
use retry_core::observe::{AnyGiveUpEvent, AnyRetryEvent};
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
