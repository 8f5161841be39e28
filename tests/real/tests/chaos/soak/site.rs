//! One server of the soak, its users and its faults.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fastrand::Rng;
use fixedbitset::FixedBitSet;
use real::{Chaos, Fault, Guards, Ledger, Proxy, Totals};
use tokio::{select, sync::watch, task::JoinSet, time::sleep};

use super::{Course, Phase, sabotage::Sabotage};
use crate::trial::{Subject, User};

/// Each process of the fleet has so many users of a server.
const USERS: u64 = 2;
/// The processes of the fleet, all of them in this one.
pub(crate) const MEMBERS: usize = 2;
const WORKERS: u64 = USERS * MEMBERS as u64;

/// How long a fault lasts, and how long there is none, in milliseconds.
const FAULT: std::ops::Range<u64> = 100..1_500;
const CALM: std::ops::Range<u64> = 300..2_500;

/// What came of one server.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) faults: Vec<Fault>,
    pub(crate) recoveries: Vec<Duration>,
    pub(crate) totals: Totals,
    pub(crate) acknowledged: usize,
    pub(crate) lost: usize,
    pub(crate) violations: Vec<String>,
}

/// What the users of a server share.
struct Site {
    /// One for each process of the fleet, with its own guards.
    ledgers: [Ledger; MEMBERS],
    acknowledged: Mutex<FixedBitSet>,
    sabotage: Option<Sabotage>,
    /// Whether there are no more faults, so that a user whose write succeeds may be idle.
    is_calm: AtomicBool,
    /// How many users are idle.
    idle: watch::Sender<u64>,
}

impl Site {
    /// Makes one write, and returns whether it was acknowledged.
    async fn write<U: User>(&self, user: &mut U, number: u64) -> bool {
        let ledger = &self.ledgers[number as usize % MEMBERS];
        let is_spoiled = self.sabotage.is_some_and(|sabotage| sabotage.spoil(number));
        let is_acknowledged = is_spoiled || {
            let operation = ledger.operation();
            let result = user.write(&operation, number).await;
            operation.ended(&result)
        };
        if is_acknowledged {
            self.acknowledged.lock().expect("nothing panics").grow_and_insert(number as usize);
        }
        is_acknowledged
    }

    /// One user: writes under load, is idle in a quiet phase once a write has succeeded, and goes when there is a rest.
    /// Returns the number of its next write.
    async fn work<U: User>(
        self: Arc<Site>,
        (mut user, pause): (U, Duration),
        mut number: u64,
        mut phase: watch::Receiver<Phase>,
    ) -> u64 {
        let mut rng = Rng::with_seed(number);
        loop {
            let current = *phase.borrow_and_update();
            if current == Phase::Rest {
                return number;
            }
            let is_calm = current == Phase::Quiet && self.is_calm.load(Ordering::Relaxed);
            let is_acknowledged = self.write(&mut user, number).await;
            number += WORKERS;
            if is_calm && is_acknowledged {
                self.idle.send_modify(|idle| *idle += 1);
                // The sender lives as long as the soak.
                let _ = phase.changed().await;
                self.idle.send_modify(|idle| *idle -= 1);
            }
            sleep(pause.mul_f64(2.0 * rng.f64())).await;
        }
    }

    fn totals(&self) -> Totals {
        let mut sum = Totals::default();
        for totals in self.ledgers.iter().map(Ledger::totals) {
            sum.begun += totals.begun;
            sum.attempts += totals.attempts;
            sum.at_once += totals.at_once;
            sum.recovered += totals.recovered;
            sum.gave_up += totals.gave_up;
            sum.refused += totals.refused;
            sum.violations.extend(totals.violations);
        }
        sum
    }
}

/// Starts a server, has it used and hurt in the phases of the soak, and looks at it in the end.
pub(crate) async fn run<S: Subject>(
    name: &'static str,
    guards: [Guards; MEMBERS],
    mut course: Course,
) -> Outcome {
    let mut subject = S::start().await;
    let proxy = Proxy::start(subject.address()).await.expect("there is a port for the proxy");
    let site = Arc::new(Site {
        ledgers: guards.map(|guards| Ledger::guarded(&S::POLICY, guards)),
        acknowledged: Mutex::default(),
        sabotage: course.sabotage,
        is_calm: AtomicBool::new(false),
        idle: watch::Sender::new(0),
    });
    let shares = [S::SHARES, &[Fault::Delay]].concat();
    let mut outcome = Outcome { name, ..Outcome::default() };
    let mut numbers: Vec<u64> = (0..WORKERS).collect();
    course.meet().await;
    while course.go_on().await {
        let mut users = JoinSet::new();
        for number in numbers.drain(..) {
            let user = (subject.user(proxy.address()), S::PAUSE);
            users.spawn(Arc::clone(&site).work(user, number, course.follow()));
        }
        loop {
            site.is_calm.store(false, Ordering::Relaxed);
            let faults = attack(&mut subject, &proxy, &site, &shares, &mut course).await;
            outcome.faults.extend(faults.iter().map(|(fault, _)| *fault));
            outcome.recoveries.extend(faults.iter().map(|(_, recovery)| *recovery));
            site.is_calm.store(true, Ordering::Relaxed);
            site.idle.subscribe().wait_for(|idle| *idle == WORKERS).await.expect("the site has the sender");
            course.meet().await;
            course.changed().await;
            if course.phase() == Phase::Rest {
                break;
            }
        }
        numbers = users.join_all().await;
        course.meet().await;
    }
    outcome.totals = site.totals();
    check(&subject, &site, outcome).await
}

/// Fault after fault, as long as there is load. Returns each with the time until a write succeeded again.
async fn attack<S: Subject>(
    subject: &mut S,
    proxy: &Proxy,
    site: &Site,
    shares: &[Fault],
    course: &mut Course,
) -> Vec<(Fault, Duration)> {
    let mut faults = Vec::new();
    loop {
        let calm = Duration::from_millis(course.rng.u64(CALM));
        select! {
            () = sleep(calm) => {}
            () = course.changed() => return faults,
        }
        let fault = course.rng.choice(shares).copied().expect("there is one");
        let time = Duration::from_millis(course.rng.u64(FAULT));
        let ledger = &site.ledgers[0];
        let recovery = Chaos { server: subject.server(), proxy, ledger }.strike(fault, time).await;
        faults.push((fault, recovery));
    }
}

async fn check<S: Subject>(subject: &S, site: &Site, mut outcome: Outcome) -> Outcome {
    let acknowledged: Vec<u64> =
        site.acknowledged.lock().expect("nothing panics").ones().map(|number| number as u64).collect();
    let (present, violations) = subject.present(&acknowledged).await;
    outcome.acknowledged = acknowledged.len();
    outcome.lost = acknowledged.iter().filter(|number| !present.contains(number)).count();
    outcome.violations = violations;
    outcome.violations.append(&mut outcome.totals.violations);
    if outcome.lost > 0 {
        outcome.violations.push(format!("lost {} of {} acknowledged", outcome.lost, outcome.acknowledged));
    }
    let Totals { begun, at_once, recovered, gave_up, refused, .. } = outcome.totals;
    let ended = at_once + recovered + gave_up + refused;
    if begun != ended {
        outcome.violations.push(format!("{begun} operations were begun and {ended} ended"));
    }
    outcome
}
