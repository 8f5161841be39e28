//! Many clients and one resource, under optimistic concurrency: a discrete-event simulation.
//!
//! Each client wants to write once. It reads the resource's version, then writes; the write succeeds if the version is
//! still the one that it read. If not, the client backs off and begins again. It is the model by which Marc Brooker
//! compared kinds of jitter in *Exponential Backoff And Jitter* (AWS Architecture Blog, 2015). The delays come from
//! [`Policy::delays_seeded`], which is the code that waits in production, too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rand_distr::{Distribution, Normal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use reattempt::{Jitter, Policy};

/// One way to back off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) policy: Policy,
}

/// Exponential from 5 ms to at most 2 s, until it succeeds; the article's figures.
const EXPONENTIAL: Policy = Policy::new()
    .unlimited()
    .base(Duration::from_millis(5))
    .max_delay(Duration::from_secs(2))
    .jitter(Jitter::None)
    .checked();

/// All kinds that are compared. The first begins again at once.
pub(crate) const KINDS: [Kind; 7] = [
    Kind { name: "none", policy: EXPONENTIAL.base(Duration::ZERO) },
    Kind { name: "exponential", policy: EXPONENTIAL },
    Kind { name: "additive 0.3", policy: EXPONENTIAL.jitter(Jitter::Additive(0.3)) },
    Kind { name: "spread 0.1", policy: EXPONENTIAL.jitter(Jitter::Spread(0.1)) },
    Kind { name: "equal", policy: EXPONENTIAL.jitter(Jitter::Equal) },
    Kind { name: "decorrelated", policy: EXPONENTIAL.jitter(Jitter::Decorrelated) },
    Kind { name: "full", policy: EXPONENTIAL.jitter(Jitter::Full) },
];

/// How long a message takes, each way.
const NETWORK_MEAN_MS: f64 = 10.0;
const NETWORK_DEVIATION_MS: f64 = 2.0;

/// What a fleet has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Clients that have written.
    pub(crate) done: u32,
    /// Writes that reached the resource, successful or not: what the clients cost it.
    pub(crate) calls: u64,
    /// When the last client so far heard that it has written.
    pub(crate) completed: Duration,
    /// Messages that reached the resource: a read and a write for each attempt.
    pub(crate) events: u64,
    /// When the latest of these did.
    pub(crate) now: Duration,
}

/// Clients with delays `D`, on their way.
#[derive(Debug)]
pub(crate) struct Fleet<D> {
    clients: Vec<Client<D>>,
    /// Messages under way to the resource, the next one first. What a client does in between concerns nobody else, so
    /// it is no event.
    messages: BinaryHeap<Reverse<Message>>,
    network: Network,
    /// The version of the resource: how often it was written.
    version: u32,
    report: Report,
}

#[derive(Debug)]
struct Client<D> {
    delays: D,
    /// The version that it has read and is about to write over; `None` while its read is under way.
    read: Option<u32>,
}

/// At equal times the client that was made first is served first, so that a run can be repeated.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Message {
    /// In nanoseconds.
    arrives: u64,
    client: u32,
}

/// A fleet of `clients` that all begin at time zero. `seed` decides on the network and all jitter.
pub(crate) fn fleet(clients: u32, policy: Policy, seed: u64) -> Fleet<impl Iterator<Item = Duration>> {
    let mut network = Network::new(seed);
    let client = |seed| Client { delays: policy.delays_seeded(seed), read: None };
    let members: Vec<_> = (0..clients).map(|_| client(network.generator.next_u64())).collect();
    let first_read = |client| Reverse(Message { arrives: network.delay(), client });
    let messages = (0..clients).map(first_read).collect();
    Fleet { clients: members, messages, network, version: 0, report: Report::default() }
}

impl<D: Iterator<Item = Duration>> Fleet<D> {
    /// Delivers the next message. `false` when all clients have written.
    pub(crate) fn step(&mut self) -> bool {
        let Some(Reverse(Message { arrives: now, client: id })) = self.messages.pop() else { return false };
        self.report.events += 1;
        self.report.now = Duration::from_nanos(now);
        let answered = now.saturating_add(self.network.delay());
        let client = &mut self.clients[id as usize];
        let leaves = match client.read.take() {
            None => {
                client.read = Some(self.version);
                answered
            }
            Some(read) => {
                self.report.calls += 1;
                if read == self.version {
                    self.version += 1;
                    self.report.done += 1;
                    self.report.completed = self.report.completed.max(Duration::from_nanos(answered));
                    return true;
                }
                answered.saturating_add(nanos(client.delays.next().expect("attempts are unlimited")))
            }
        };
        self.messages
            .push(Reverse(Message { arrives: leaves.saturating_add(self.network.delay()), client: id }));
        true
    }

    /// What has happened so far.
    pub(crate) fn report(&self) -> Report {
        self.report
    }
}

/// A fleet's run to its end.
pub(crate) fn run(clients: u32, policy: Policy, seed: u64) -> Report {
    let mut fleet = fleet(clients, policy, seed);
    while fleet.step() {}
    fleet.report()
}

#[derive(Debug)]
struct Network {
    milliseconds: Normal<f64>,
    generator: Xoshiro256PlusPlus,
}

impl Network {
    fn new(seed: u64) -> Network {
        let milliseconds =
            Normal::new(NETWORK_MEAN_MS, NETWORK_DEVIATION_MS).expect("a deviation is positive");
        Network { milliseconds, generator: Xoshiro256PlusPlus::seed_from_u64(seed) }
    }

    /// How long one message takes, in nanoseconds. No message arrives before it was sent.
    fn delay(&mut self) -> u64 {
        (self.milliseconds.sample(&mut self.generator).abs() * 1e6) as u64
    }
}

fn nanos(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

/// A mean of independent trials, with its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    pub(crate) error: f64,
}

impl Estimate {
    /// From at least two trials.
    pub(crate) fn of(trials: &[f64]) -> Estimate {
        let n = trials.len() as f64;
        let mean = trials.iter().sum::<f64>() / n;
        let variance = trials.iter().map(|trial| (trial - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Estimate { mean, error: (variance / n).sqrt() }
    }
}

/// What a kind costs a fleet of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) clients: u32,
    /// Writes that reached the resource.
    pub(crate) calls: Estimate,
    /// Seconds until the last client was done.
    pub(crate) time: Estimate,
}

impl Point {
    /// Runs `trials` fleets (at least two), whose seeds follow from `seed` and are the same for each kind.
    pub(crate) fn measure(kind: Kind, clients: u32, trials: u32, seed: u64) -> Point {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed ^ u64::from(clients));
        let (calls, times): (Vec<_>, Vec<_>) = (0..trials)
            .map(|_| run(clients, kind.policy, seeds.next_u64()))
            .map(|report| (report.calls as f64, report.completed.as_secs_f64()))
            .unzip();
        Point { clients, calls: Estimate::of(&calls), time: Estimate::of(&times) }
    }
}
