//! One run: a scenario, a kind of client and a seed.

use std::sync::Arc;

use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use tokio::time::Duration;

use super::client::Client;
use super::net::Net;
use super::record::Record;
use super::scenario::{NANOS_PER_SECOND, Scenario};

/// How long calls may take after the last one has begun.
const GRACE: Duration = Duration::from_secs(30);

/// A run of one kind of client.
pub(crate) type Run = fn(Scenario, u64) -> Record;

/// Runs the scenario in virtual time, on a thread of its own: what this crate, and others, keep for each thread begins
/// anew, so a seed repeats the run.
pub(crate) fn run<C: Client>(scenario: Scenario, seed: u64) -> Record {
    let thread = std::thread::spawn(move || {
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(seed);
        C::seed(seeds.next_u64());
        reattempt::__private::seed_draws(seeds.next_u64());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime without I/O needs nothing").block_on(calls::<C>(scenario, &mut seeds))
    });
    thread.join().expect("no client panics")
}

/// Lets calls arrive at random, each at any of the processes, whatever became of those before.
async fn calls<C: Client>(scenario: Scenario, seeds: &mut Xoshiro256PlusPlus) -> Record {
    let mut arrivals = seeds.clone();
    arrivals.jump();
    let mut services = arrivals.clone();
    services.jump();
    let net = Net::start(scenario, services);
    let clients: Vec<Arc<C>> = (0..scenario.processes).map(|_| Arc::new(C::new(net.clone()))).collect();
    let end = scenario.length * NANOS_PER_SECOND;
    let mut time = 0;
    loop {
        let between: f64 = Exp1.sample(&mut arrivals);
        time += (between / scenario.calls_at(time) * NANOS_PER_SECOND as f64) as u64;
        if time >= end {
            break;
        }
        net.wait_until(time).await;
        let client = clients[(arrivals.next_u64() % scenario.processes as u64) as usize].clone();
        let net = net.clone();
        tokio::spawn(async move {
            let began = net.now();
            let result = client.call().await;
            net.ended(began, result);
        });
    }
    tokio::time::sleep(GRACE).await;
    net.take_record()
}
