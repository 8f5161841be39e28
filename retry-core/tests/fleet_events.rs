//! The events of a fleet whose store is away. A binary of its own: the observer is set once for the whole process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use retry_core::fleet::{Fleet, MemoryStore, Request, Store, StoreFuture};
use retry_core::observe::FleetEvent;
use retry_core::{CircuitBreaker, Observer, set_observer};
use tokio::time::sleep;

/// The events, each in one line.
static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Recorder;

impl Observer for Recorder {
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        let error = event.error().expect("there is a reason");
        EVENTS.lock().unwrap().push(format!("{} lost {}: {error}", event.fleet(), event.store()));
    }

    fn fleet_found(&self, event: &FleetEvent<'_>) {
        EVENTS.lock().unwrap().push(format!("{} found {}", event.fleet(), event.store()));
    }
}

/// A store that can be away.
#[derive(Default)]
struct Flaky {
    store: MemoryStore,
    is_away: AtomicBool,
}

impl Store for Flaky {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        if self.is_away.load(Ordering::Relaxed) {
            Box::pin(async { Err("connection refused".into()) })
        } else {
            self.store.ask(key, request)
        }
    }

    fn describe(&self) -> String {
        "flaky".into()
    }
}

/// Calls for two minutes, so that reports are due all the time.
async fn call(breaker: &CircuitBreaker) {
    for _ in 0..240 {
        breaker.acquire().expect("its own rules let it through").success();
        sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told_once_and_so_is_its_return() {
    set_observer(Recorder).expect("it is the first");
    let store = Arc::new(Flaky::default());
    let breaker = Arc::new(CircuitBreaker::new().name("search").failure_rate(0.5));
    let _member = Fleet::on(Arc::clone(&store)).name("shop").join(Arc::clone(&breaker)).start();
    call(&breaker).await;
    assert!(EVENTS.lock().unwrap().is_empty());
    for _ in 0..2 {
        store.is_away.store(true, Ordering::Relaxed);
        call(&breaker).await;
        assert_eq!(
            EVENTS.lock().unwrap().drain(..).collect::<Vec<_>>(),
            ["shop lost flaky: connection refused"]
        );
        store.is_away.store(false, Ordering::Relaxed);
        call(&breaker).await;
        assert_eq!(EVENTS.lock().unwrap().drain(..).collect::<Vec<_>>(), ["shop found flaky"]);
    }
}
