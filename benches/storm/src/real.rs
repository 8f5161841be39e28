//! The brownout on a real server with real clients, once and in real time: axum and reqwest on the loopback device.

mod clients;
mod server;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use tokio::time::Instant;

use crate::measure::{Measured, measured_once};
use crate::model::client::Failure;
use crate::model::record::Record;
use crate::model::scenario::{NANOS_PER_SECOND, Scenario, Trouble};
use crate::model::scenarios::BROWNOUT;
use clients::{Make, RealClient};
use server::Server;

/// Half of the model's load, so that two processors can serve all clients at once.
const SCENARIO: Scenario = Scenario {
    name: "real",
    slots: 5,
    queue: 500,
    calls: 175.0,
    processes: 5,
    trouble: Trouble::Brownout(5.0),
    trouble_starts: 5,
    trouble_ends: 15,
    length: 40,
    ..BROWNOUT
};

/// Runs all clients at once, each with a server of its own, for three quarters of a minute.
pub(crate) fn measure() -> Result<Vec<Measured>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let runs = clients::all().into_iter().map(|(name, make)| tokio::spawn(run(name, make)));
        let mut measured = Vec::new();
        for run in runs.collect::<Vec<_>>() {
            measured.push(run.await?.map_err(|error| error.to_string())?);
        }
        Ok(measured)
    })
}

async fn run(name: &'static str, make: Make) -> Result<Measured, Box<dyn Error + Send + Sync>> {
    let record = Shared::new(SCENARIO);
    let address = Server::start(SCENARIO, record.clone()).await?;
    let url = format!("http://{address}/");
    let clients: Vec<Arc<dyn RealClient>> =
        (0..SCENARIO.processes).map(|_| make(&url)).collect::<Result<_, _>>()?;
    let mut arrivals = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut next = 0;
    let mut number = 0;
    while next < SCENARIO.length * NANOS_PER_SECOND {
        let between: f64 = Exp1.sample(&mut arrivals);
        next += (between / SCENARIO.calls * NANOS_PER_SECOND as f64) as u64;
        tokio::time::sleep_until(record.start + Duration::from_nanos(next)).await;
        let (client, record) = (clients[number % SCENARIO.processes].clone(), record.clone());
        number += 1;
        tokio::spawn(async move {
            let began = record.now();
            let result = client.call().await;
            record.ended(began, result);
        });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let record = record.record.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(measured_once(name, SCENARIO, &record))
}

/// The record of one client, which it and its server write.
#[derive(Clone)]
pub(crate) struct Shared {
    start: Instant,
    record: Arc<Mutex<Record>>,
}

impl Shared {
    fn new(scenario: Scenario) -> Shared {
        Shared { start: Instant::now(), record: Arc::new(Mutex::new(Record::new(scenario.length))) }
    }

    /// Nanoseconds since the start.
    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    fn sent(&self) {
        let now = self.now();
        self.record.lock().unwrap_or_else(PoisonError::into_inner).sent(now);
    }

    fn ended(&self, began: u64, result: Result<(), Failure>) {
        let now = self.now();
        self.record.lock().unwrap_or_else(PoisonError::into_inner).ended(began, now, result);
    }
}
