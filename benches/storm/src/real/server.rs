//! An axum server whose work takes time and occupies one of a few slots.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Shared;
use crate::model::scenario::{Condition, Scenario};
use crate::model::service::Times;

pub(crate) struct Server {
    scenario: Scenario,
    record: Shared,
    slots: Semaphore,
    /// The requests that were accepted and not answered.
    accepted: AtomicUsize,
    times: Mutex<Times>,
}

impl Server {
    /// Starts a server on a free port. It ends with the runtime.
    pub(crate) async fn start(scenario: Scenario, record: Shared) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server {
            scenario,
            record,
            slots: Semaphore::new(scenario.slots),
            accepted: AtomicUsize::new(0),
            times: Mutex::new(Times::new(Xoshiro256PlusPlus::seed_from_u64(2))),
        });
        let app = Router::new().route("/", get(answer)).with_state(server);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(address)
    }

    /// Waits for a slot and works. Nothing ends it early: a database does not notice either when its client's client is
    /// gone.
    async fn work(&self) {
        let _slot = self.slots.acquire().await;
        let slowness = match self.scenario.condition(0, self.record.now()) {
            Condition::Up { slowness, .. } => slowness,
            Condition::Down { .. } | Condition::Hangs => 1.0,
        };
        let time = self.times.lock().unwrap_or_else(PoisonError::into_inner).service(slowness);
        tokio::time::sleep(Duration::from_nanos(time)).await;
        self.accepted.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer(State(server): State<Arc<Server>>) -> StatusCode {
    server.record.sent();
    if server.accepted.fetch_add(1, Ordering::Relaxed) >= server.scenario.slots + server.scenario.queue {
        server.accepted.fetch_sub(1, Ordering::Relaxed);
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let work = tokio::spawn(async move { server.work().await });
    match work.await {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
