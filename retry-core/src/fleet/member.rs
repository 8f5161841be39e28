//! The member of a fleet: the one part of a process that talks to the store.

use core::time::Duration;
use std::format;
use std::string::String;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::vec::Vec;

use tokio::runtime::Handle;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::timeout;

use super::circuit::{Action, View};
use super::health::{Away, Health};
use super::held::Held;
use super::record::{Answer, Request};
use super::rules::Rules;
use super::shared_reserve::SharedReserve;
use super::side::{Message, Side};
use super::store::Store;
use crate::breaker::{CircuitBreaker, Link, millis};
use crate::budget::RetryBudget;
use crate::policy::nanos::{Nanos, from_duration};

/// The settings of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) quorum: u32,
    pub(super) sync_every: Duration,
    pub(super) patience: Duration,
    pub(super) runs_inline: bool,
}

/// How much of what there is to send is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What is due.
    Due,
    /// What is due, and a look where the breaker follows the fleet's circuit.
    Look,
    /// Everything, and such a look.
    All,
}

/// The member of a fleet.
pub(super) struct Member {
    pub(super) settings: Settings,
    pub(super) prefix: String,
    store: Arc<dyn Store>,
    health: Health,
    circuits: RwLock<Vec<Arc<SharedCircuit>>>,
    reserves: Vec<Arc<SharedReserve>>,
    pub(super) notify: Notify,
    pub(super) is_stopped: AtomicBool,
    has_left: AtomicBool,
    /// Whether a task that looks once has been spawned and has not begun.
    pub(super) is_woken: AtomicBool,
    /// The process for which the member runs: a fork has another number.
    pub(super) owner: AtomicU32,
    /// Whether the member has a thread of its own, so that a blocking call may wait for it.
    pub(super) has_thread: bool,
}

/// A breaker that has joined.
pub(super) struct SharedCircuit {
    pub(super) breaker: Held<CircuitBreaker>,
    pub(super) name: String,
    key: String,
    rules: Rules,
    side: AsyncMutex<Side>,
    /// The number of times that the store was asked, for threads that wait.
    pub(super) asked: Mutex<u64>,
    pub(super) has_asked: Condvar,
}

impl Member {
    pub(super) fn new(
        settings: Settings,
        prefix: String,
        fleet: &str,
        store: Arc<dyn Store>,
        has_thread: bool,
    ) -> Member {
        let health = Health::new(fleet, store.describe(), settings.sync_every);
        Member {
            settings,
            prefix,
            store,
            health,
            circuits: RwLock::default(),
            reserves: Vec::new(),
            notify: Notify::new(),
            is_stopped: AtomicBool::new(false),
            has_left: AtomicBool::new(false),
            is_woken: AtomicBool::new(false),
            owner: AtomicU32::new(std::process::id()),
            has_thread,
        }
    }

    /// Returns how long a breaker waits for an answer until the member must be gone: a look at all circuits is one request for
    /// each, but a store that is away is asked twice in a row.
    pub(super) fn answers_within(&self) -> Duration {
        self.settings.patience.saturating_mul(4).saturating_add(Duration::from_secs(1))
    }

    /// Returns how long a budget waits for an answer until the member must be gone: one that got nothing is asked for again
    /// after `sync_every`.
    pub(super) fn grants_within(&self) -> Duration {
        self.answers_within().saturating_add(self.settings.sync_every.saturating_mul(2))
    }

    /// Adds a budget, before the member runs.
    pub(super) fn add_reserve(&mut self, budget: Held<RetryBudget>, name: &'static str) {
        let key = format!("{}:reserve:{name}", self.prefix);
        self.reserves.push(Arc::new(SharedReserve::new(budget, name, key)));
    }

    /// Returns a circuit, which is yet to be [added](Member::add_circuit).
    pub(super) fn circuit_of(&self, breaker: Held<CircuitBreaker>, name: String) -> SharedCircuit {
        let key = format!("{}:circuit:{name}", self.prefix);
        let rules = rules(&breaker, self.settings.quorum);
        let side = AsyncMutex::new(Side::new(breaker.counted_for_fleet()));
        SharedCircuit { breaker, name, key, rules, side, asked: Mutex::new(0), has_asked: Condvar::new() }
    }

    pub(super) fn add_circuit(&self, circuit: Arc<SharedCircuit>) {
        self.circuits.write().unwrap_or_else(PoisonError::into_inner).push(circuit);
    }

    pub(super) fn circuits(&self) -> Vec<Arc<SharedCircuit>> {
        self.circuits.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn circuit(&self, name: &str) -> Option<Arc<SharedCircuit>> {
        self.circuits().into_iter().find(|circuit| circuit.name == name)
    }

    pub(super) fn reserves(&self) -> &[Arc<SharedReserve>] {
        &self.reserves
    }

    /// Asks the store, within the patience of the fleet.
    #[cfg_attr(not(feature = "metrics"), expect(unused_variables, reason = "only metrics have the name"))]
    async fn ask(&self, key: &str, name: &str, request: Request) -> Result<Answer, Away> {
        if !runtime_runs() {
            return Err(self.miss_runtime());
        }
        let permit = self.health.acquire()?;
        #[cfg(feature = "metrics")]
        let asked = super::figures::Asked::begin(self.health.fleet(), name, request);
        let answer = timeout(self.settings.patience, self.store.ask(key, request)).await;
        #[cfg(feature = "metrics")]
        asked.end(&answer);
        match answer {
            Ok(Ok(answer)) => {
                permit.success();
                self.health.found();
                Ok(answer)
            }
            Ok(Err(error)) => {
                permit.ignore();
                self.health.failed(Some(&error), self.settings.patience);
                Err(Away)
            }
            Err(_) => {
                permit.ignore();
                self.health.failed(None, self.settings.patience);
                Err(Away)
            }
        }
    }

    /// Notes that there is no runtime of tokio to ask the store in. Where the member has a task or a thread of its own, that
    /// one asks.
    fn miss_runtime(&self) -> Away {
        if !self.settings.runs_inline {
            self.notify.notify_one();
        } else if let Ok(permit) = self.health.acquire() {
            permit.ignore();
            let error =
                "no runtime of tokio runs here; run the call in one, or start the fleet without `inline`"
                    .into();
            self.health.failed(Some(&error), self.settings.patience);
        }
        Away
    }

    async fn step(&self, circuit: &SharedCircuit, request: Request) -> Result<View, Away> {
        match self.ask(&circuit.key, &circuit.name, request).await? {
            Answer::Circuit(view) => Ok(view),
            Answer::Reserve(_) => Err(Away),
        }
    }

    /// Returns the link of a breaker, unless the member has left. Then the link may be that of another fleet.
    fn link<'a>(&self, circuit: &'a SharedCircuit) -> Option<&'a Link> {
        circuit.breaker.link().filter(|_| !self.is_stopped.load(Ordering::Acquire))
    }

    /// Sends the messages of a circuit, until there is none left or the store is away.
    pub(super) async fn sync(&self, circuit: &SharedCircuit, reach: Reach) {
        let mut side = circuit.side.lock().await;
        let sync_every = from_duration(self.settings.sync_every);
        // One that has no answer yet, and one with the rest. Calls that are counted in the meantime keep nobody here.
        let mut reports_at_once: u32 = if reach == Reach::All { 2 } else { 0 };
        let mut looks = reach != Reach::Due && circuit.breaker.link().is_some_and(Link::is_following);
        while let Some(link) = self.link(circuit) {
            // Before a process is frozen, no call comes for a lease any more.
            let is_last = reach == Reach::All && self.settings.runs_inline;
            let breaker = &circuit.breaker;
            link.return_unused(if is_last { breaker.fleet_now() } else { breaker.unused_since() });
            let report_every = if reports_at_once > 0 { 0 } else { sync_every };
            let message = match side.next(&circuit.breaker, link, report_every) {
                Some(message) => message,
                None if looks => Message::Look,
                None => break,
            };
            looks = looks && !matches!(message, Message::Look);
            if matches!(message, Message::Report) {
                reports_at_once = reports_at_once.saturating_sub(1);
            }
            match self.step(circuit, Request::Circuit(side.step(message, circuit.rules))).await {
                Ok(view) => {
                    let Some(link) = self.link(circuit) else { break };
                    side.read(message, &view, &circuit.breaker, link, sync_every);
                    // A damaged store may never know the process, however often it joins.
                    if !view.known && matches!(message, Message::Join) {
                        break;
                    }
                }
                Err(Away) => {
                    if self.health.is_lost() || matches!(message, Message::Lease | Message::Look) {
                        circuit.breaker.follow_alone();
                    }
                    break;
                }
            }
        }
        drop(side);
        let mut asked = circuit.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = asked.saturating_add(1);
        drop(asked);
        circuit.has_asked.notify_all();
    }

    /// Sends an action on a circuit and returns the view after it.
    pub(super) async fn act(
        &self,
        circuit: &SharedCircuit,
        action: impl FnOnce((u64, u64)) -> Action,
    ) -> Result<View, Away> {
        let mut side = circuit.side.lock().await;
        let step = side.step_of(action(side.seen()), circuit.rules);
        let view = self.step(circuit, Request::Circuit(step)).await?;
        if let Some(link) = self.link(circuit) {
            let sync_every = from_duration(self.settings.sync_every);
            side.read(Message::Look, &view, &circuit.breaker, link, sync_every);
        }
        Ok(view)
    }

    /// Claims a grant for a budget that wants one.
    pub(super) async fn claim(&self, reserve: &SharedReserve) {
        let Some(claim) = reserve.next() else { return };
        if let Ok(Answer::Reserve(grant)) =
            self.ask(&reserve.key, reserve.name, Request::Reserve(claim)).await
        {
            reserve.read(grant, self.settings.sync_every);
        } else if self.health.is_lost() {
            reserve.budget.accrue_share();
        }
    }

    /// Sends the messages of all circuits and budgets.
    pub(super) async fn sync_all(&self, reach: Reach) {
        for circuit in self.circuits() {
            self.sync(&circuit, reach).await;
        }
        for reserve in &self.reserves {
            self.claim(reserve).await;
        }
    }

    /// Returns how long it takes until something is due, at most `sync_every`.
    pub(super) async fn due_in(&self) -> Duration {
        let sync_every = from_duration(self.settings.sync_every);
        let mut due = sync_every;
        for circuit in self.circuits() {
            let side = circuit.side.lock().await;
            if let Some(link) = self.link(&circuit).filter(|_| !self.health.is_lost()) {
                due = side.due_in(&circuit.breaker, link, sync_every).map_or(due, |soon| soon.min(due));
            }
        }
        let claims = self.reserves.iter().filter(|_| !self.health.is_lost());
        let claim = claims.filter_map(|reserve| reserve.due_in()).min();
        claim.map_or(Duration::from_nanos(due), |claim| claim.min(Duration::from_nanos(due)))
    }

    /// Leaves the fleet: the values follow their own rules from now on.
    pub(super) fn unlink(&self) {
        for circuit in self.circuits() {
            circuit.breaker.leave_fleet();
        }
        for reserve in &self.reserves {
            reserve.budget.leave_fleet();
        }
    }

    /// Gives the leases back, and takes part in no circuit any longer.
    pub(super) async fn leave(&self) {
        // A forked process that has not joined has the numbers of its parent, which stays.
        let is_parents = self.owner.load(Ordering::Relaxed) != std::process::id();
        if is_parents || self.has_left.swap(true, Ordering::AcqRel) {
            return;
        }
        for circuit in self.circuits() {
            let side = circuit.side.lock().await;
            let step = side.step_of(Action::Leave, circuit.rules);
            if self.step(&circuit, Request::Circuit(step)).await.is_err() {
                break;
            }
        }
    }

    /// Draws new numbers, in a process that was forked.
    pub(super) async fn begin_anew(&self) {
        for circuit in self.circuits() {
            circuit.side.lock().await.begin_anew();
        }
        for reserve in &self.reserves {
            reserve.begin_anew();
        }
    }
}

impl core::fmt::Debug for Member {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Member")
            .field("prefix", &self.prefix)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Returns whether a runtime of tokio runs here.
pub(super) fn runtime_runs() -> bool {
    Handle::try_current().is_ok()
}

/// Returns the rules of a breaker.
fn rules(breaker: &CircuitBreaker, quorum: u32) -> Rules {
    let settings = breaker.settings_for_fleet();
    let rate = |fraction: f64| (fraction * 1e6).round() as u32;
    let time = |nanos: Nanos| millis(nanos).clamp(1, Rules::MAX_TIME);
    Rules {
        quorum,
        window: time(settings.window).max(10),
        minimum_calls: settings.minimum_calls,
        failure_rate: rate(settings.failure_rate),
        slow_rate: rate(settings.slow_rate),
        open_for: millis(settings.open_for).min(Rules::MAX_TIME),
        open_for_max: millis(settings.open_for_max).min(Rules::MAX_TIME),
        trial_timeout: time(settings.trial_timeout),
        trials: settings.trials,
        trial_failures: settings.trial_failures,
    }
}
