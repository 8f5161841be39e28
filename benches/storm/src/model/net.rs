//! The way from the clients to the hosts.

use std::sync::{Arc, Mutex, PoisonError};

use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::time::{Duration, Instant};

use super::client::{Failure, Network};
use super::host::{Host, Reply};
use super::record::Record;
use super::scenario::Scenario;
use super::service::Times;

/// The hosts behind a load balancer, which sends each request to any of them. Its clones are one network.
#[derive(Clone, Debug)]
pub(crate) struct Net(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: Instant,
    scenario: Scenario,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    hosts: Vec<Host>,
    times: Times,
    record: Record,
}

impl Net {
    /// Starts now.
    pub(crate) fn start(scenario: Scenario, generator: Xoshiro256PlusPlus) -> Net {
        let hosts = (0..scenario.hosts).map(|_| Host::new(scenario.slots, scenario.queue)).collect();
        let state = State { hosts, times: Times::new(generator), record: Record::new(scenario.length) };
        Net(Arc::new(Shared { start: Instant::now(), scenario, state: Mutex::new(state) }))
    }

    /// The number of hosts.
    pub(crate) fn hosts(&self) -> usize {
        self.0.scenario.hosts
    }

    /// The hosts, from a random one on.
    pub(crate) fn hosts_in_any_order(&self) -> impl Iterator<Item = usize> + use<> {
        let hosts = self.hosts();
        let first = self.with(|state| state.times.one_of(hosts));
        (0..hosts).map(move |host| (first + host) % hosts)
    }

    /// Sends a request to one host.
    pub(crate) async fn request_to(&self, host: usize) -> Result<(), Failure> {
        let now = self.now();
        let scenario = &self.0.scenario;
        let (reply, delay) = self.with(|state| {
            state.record.sent(now);
            let reply = state.hosts[host].receive(now, |at| scenario.condition(host, at), &mut state.times);
            (reply, state.times.delay(scenario.slow) + scenario.late(host, now))
        });
        match reply {
            Reply::Answer { at } => {
                self.wait_until(at + delay).await;
                Ok(())
            }
            Reply::Overloaded { at } => {
                self.wait_until(at).await;
                Err(Failure::Overloaded)
            }
            Reply::Broken { at } => {
                self.wait_until(at).await;
                Err(Failure::Broken)
            }
            Reply::Never => std::future::pending().await,
        }
    }

    /// Nanoseconds since the start.
    pub(crate) fn now(&self) -> u64 {
        self.0.start.elapsed().as_nanos() as u64
    }

    pub(crate) async fn wait_until(&self, at: u64) {
        tokio::time::sleep_until(self.0.start + Duration::from_nanos(at)).await;
    }

    /// A call that began at a time has ended.
    pub(crate) fn ended(&self, began: u64, result: Result<(), Failure>) {
        let now = self.now();
        self.with(|state| state.record.ended(began, now, result));
    }

    /// What has happened so far.
    pub(crate) fn take_record(&self) -> Record {
        self.with(|state| std::mem::take(&mut state.record))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Network for Net {
    /// Sends a request to a host that the load balancer chooses.
    async fn request(&self) -> Result<(), Failure> {
        let host = self.with(|state| state.times.one_of(state.hosts.len()));
        self.request_to(host).await
    }
}
