//! The fleet that the breakers and the budgets are in, and the faults of its store.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use real::{Fault, Guards, Mode, Proxy, Server, servers::redis::Redis};
use reattempt::{
    CircuitBreaker, RetryBudget,
    fleet::{Fleet, FleetMember},
};
use tokio::{select, time::sleep};

use super::{Course, Phase, site::Outcome};

/// How long a fault of the store lasts, and how long there is none, in milliseconds.
const FAULT: std::ops::Range<u64> = 500..3_000;
const CALM: std::ops::Range<u64> = 1_000..8_000;
const FAULTS: [Fault; 5] = [Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Delay];

/// What one process of the fleet has joined with.
#[derive(Default)]
pub(crate) struct Process(Vec<(Arc<CircuitBreaker>, Arc<RetryBudget>)>);

impl Process {
    pub(crate) fn add(&mut self, guards: &Guards) {
        self.0.push((Arc::clone(&guards.breaker), Arc::clone(&guards.budget)));
    }

    /// Joins the fleet, whose store is there. It leaves when it is dropped.
    pub(crate) fn join(&self, store: SocketAddr) -> FleetMember {
        let client = redis::Client::open(format!("redis://{store}")).expect("it is an address");
        let mut fleet = Fleet::on(client).name("soak");
        for (breaker, budget) in &self.0 {
            fleet = fleet.join(Arc::clone(breaker)).join(Arc::clone(budget));
        }
        fleet.start()
    }
}

/// Hurts the store as long as there is load.
pub(crate) async fn run(mut server: Redis, proxy: Arc<Proxy>, mut course: Course) -> Outcome {
    let mut faults = Vec::new();
    course.meet().await;
    while course.go_on().await {
        loop {
            attack(&mut server, &proxy, &mut course, &mut faults).await;
            course.meet().await;
            course.changed().await;
            if course.phase() == Phase::Rest {
                break;
            }
        }
        course.meet().await;
    }
    Outcome { name: "fleet", faults, ..Outcome::default() }
}

async fn attack(server: &mut Redis, proxy: &Proxy, course: &mut Course, faults: &mut Vec<Fault>) {
    loop {
        let calm = Duration::from_millis(course.rng.u64(CALM));
        select! {
            () = sleep(calm) => {}
            () = course.changed() => return,
        }
        let fault = course.rng.choice(FAULTS).expect("there is one");
        let time = Duration::from_millis(course.rng.u64(FAULT));
        match fault {
            Fault::Reset => proxy.set(Mode::Reset),
            Fault::Close => proxy.set(Mode::Close),
            Fault::BlackHole => proxy.set(Mode::BlackHole),
            Fault::Delay => proxy.set(Mode::Slow(Duration::from_millis(150))),
            Fault::Kill | Fault::Overload => server.kill().await,
        }
        sleep(time).await;
        proxy.set(Mode::Pass);
        if fault == Fault::Kill {
            server.restart().await.expect("the store starts again");
        }
        faults.push(fault);
    }
}
