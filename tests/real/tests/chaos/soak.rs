//! All servers at once, for minutes or hours: what the process holds has to stay as it is, and nothing may be lost.
//!
//! `… -- --soak 30m` is that long, `--soak 2m http redis` short and with these servers alone. `--soak-sabotage` makes leaks
//! and losses on purpose, and fails if one is not found. `CHAOS_SEED` is another order of faults.

mod coordinator;
mod events;
mod fleet;
mod sabotage;
mod sample;
mod site;

use std::{
    pin::Pin,
    process::ExitCode,
    sync::{Arc, LazyLock},
    time::Duration,
};

use fastrand::Rng;
use real::Guards;
use reattempt::set_observer;
use tokio::{
    runtime,
    sync::{Barrier, watch},
};

use self::{
    coordinator::{Findings, hold},
    events::Events,
    sabotage::Sabotage,
    site::{MEMBERS, Outcome},
};
use crate::{SEED, variable};

/// What all servers and their users do at the same time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// Users write, and faults happen.
    Load,
    /// No more faults. Each user makes one write that succeeds, and is idle then.
    Quiet,
    /// There are no users.
    Rest,
    /// It is over.
    End,
}

/// What a server has of the soak that it is part of.
pub(crate) struct Course {
    phase: watch::Receiver<Phase>,
    meeting: Arc<Barrier>,
    rng: Rng,
    sabotage: Option<Sabotage>,
}

impl Course {
    /// Waits for all the others.
    async fn meet(&self) {
        self.meeting.wait().await;
    }

    fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    fn follow(&self) -> watch::Receiver<Phase> {
        self.phase.clone()
    }

    /// Waits for the next phase.
    async fn changed(&mut self) {
        self.phase.changed().await.expect("the coordinator outlives the servers");
    }

    /// Waits for the next phase, and returns whether it is another round of load.
    async fn go_on(&mut self) -> bool {
        self.changed().await;
        self.phase() == Phase::Load
    }
}

type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Start = fn(&'static str, [Guards; MEMBERS], Course) -> Running;

const SITES: &[(&str, Start)] = &[
    ("http", |name, guards, course| Box::pin(site::run::<crate::http::Api>(name, guards, course))),
    ("redis", |name, guards, course| Box::pin(site::run::<crate::redis::Set>(name, guards, course))),
    ("s3", |name, guards, course| Box::pin(site::run::<crate::s3::Objects>(name, guards, course))),
    ("sftp", |name, guards, course| Box::pin(site::run::<crate::sftp::Files>(name, guards, course))),
    ("etcd", |name, guards, course| Box::pin(site::run::<crate::etcd::Keys>(name, guards, course))),
    ("rabbitmq", |name, guards, course| Box::pin(site::run::<crate::rabbitmq::Broker>(name, guards, course))),
    ("nats", |name, guards, course| Box::pin(site::run::<crate::nats::Messages>(name, guards, course))),
    ("opendal", |name, guards, course| Box::pin(site::run::<crate::opendal::Objects>(name, guards, course))),
    ("postgres", |name, guards, course| {
        Box::pin(site::run::<crate::postgres::Accounts>(name, guards, course))
    }),
    ("mariadb", |name, guards, course| Box::pin(site::run::<crate::mariadb::Accounts>(name, guards, course))),
];

/// The servers of a sabotage: enough to find it.
const SABOTAGED: &[&str] = &["http", "redis"];
/// How long a sabotage takes.
const SABOTAGE: Duration = Duration::from_mins(1);

static EVENTS: LazyLock<Arc<Events>> = LazyLock::new(Arc::default);

/// How a soak is held.
pub(crate) struct Plan {
    pub(crate) sites: Vec<(&'static str, Start)>,
    pub(crate) time: Duration,
    pub(crate) seed: u64,
    pub(crate) sabotage: Option<Sabotage>,
}

impl Plan {
    fn new(named: &[&str], time: Duration, sabotage: Option<Sabotage>) -> Plan {
        let is_named = |name: &str| named.is_empty() || named.contains(&name);
        let sites = SITES.iter().copied().filter(|(name, _)| is_named(name)).collect();
        Plan { sites, time, seed: variable("CHAOS_SEED", SEED), sabotage }
    }
}

/// `arguments` begin with `--soak` or `--soak-sabotage`.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    // Threads for blocking work, of which a rest is to have none left, end soon.
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_keep_alive(Duration::from_secs(1))
        .enable_all()
        .build()
        .expect("a runtime");
    set_observer(Arc::clone(&EVENTS)).expect("it is the first one");
    let rest: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let (is_good, found) = match (&*arguments[0], &rest[..]) {
        ("--soak-sabotage", []) => (runtime.block_on(sabotage()), "sabotage"),
        ("--soak", [time, named @ ..]) if is_known(named) => match duration(time) {
            Some(time) => (runtime.block_on(soak(Plan::new(named, time, None))), "soak"),
            None => return usage(),
        },
        _ => return usage(),
    };
    println!("{found}: {}", if is_good { "passed" } else { "failed" });
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_known(named: &[&str]) -> bool {
    named.iter().all(|name| SITES.iter().any(|(site, _)| site == name))
}

fn usage() -> ExitCode {
    let names = SITES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    eprintln!("usage: --soak 30m [server …] or --soak-sabotage; there are {names}");
    ExitCode::FAILURE
}

/// Reads `90s`, `30m` or `2h`, from a minute to a day.
fn duration(text: &str) -> Option<Duration> {
    let at = text.len().checked_sub(1).filter(|at| text.is_char_boundary(*at))?;
    let (number, unit) = text.split_at(at);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (60..=86_400).contains(&seconds).then(|| Duration::from_secs(seconds))
}

async fn soak(plan: Plan) -> bool {
    let is_complete = plan.sites.len() == SITES.len();
    let findings = hold(plan).await;
    println!("\n{}\n\n{findings}", &**EVENTS);
    let mut violations = findings.violations();
    // Some servers alone do not meet all of it.
    if is_complete {
        violations.extend(EVENTS.missing());
    }
    for violation in &violations {
        println!("{violation}");
    }
    violations.is_empty()
}

/// Whether each sabotage is found, and nothing else.
async fn sabotage() -> bool {
    let mut is_found = true;
    for sabotage in Sabotage::ALL {
        println!("\n{sabotage:?}");
        let findings: Findings = hold(Plan::new(SABOTAGED, SABOTAGE, Some(sabotage))).await;
        let violations = findings.violations();
        for violation in &violations {
            println!("  {violation}");
        }
        let causes = sabotage.causes();
        let each_is_found =
            causes.iter().all(|cause| violations.iter().any(|found| found.starts_with(cause)));
        let no_other = violations.iter().all(|found| causes.iter().any(|cause| found.starts_with(cause)));
        println!("{}", if each_is_found && no_other { "found" } else { "NOT FOUND" });
        is_found &= each_is_found && no_other;
    }
    is_found
}
