//! Processes that share breakers and budgets, on a paused clock: each process is a breaker of its own with a member of its own,
//! and the store is in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use retry_core::fleet::{Action, Fleet, FleetMember, MemoryStore, Request, Store, StoreFuture};
use retry_core::{CircuitBreaker, CircuitState, RetryBudget};
use tokio::time::{advance, sleep};

const OPEN_FOR: Duration = Duration::from_secs(10);

/// How long budgets are watched.
const SECONDS: u32 = 60;

/// One process of the fleet.
struct Process {
    breaker: Arc<CircuitBreaker>,
    member: FleetMember,
}

impl Process {
    fn start(store: &Arc<impl Store>) -> Process {
        Process::with(store, CircuitBreaker::new().failure_rate(0.5).open_for(OPEN_FOR).minimum_calls(4))
    }

    fn with(store: &Arc<impl Store>, breaker: CircuitBreaker) -> Process {
        let breaker = Arc::new(breaker.name("search"));
        let member = Fleet::on(Arc::clone(store)).name("shop").join(Arc::clone(&breaker)).start();
        Process { breaker, member }
    }

    fn fail(&self, calls: u32) {
        for _ in 0..calls {
            if let Ok(permit) = self.breaker.acquire() {
                permit.failure();
            }
        }
    }

    fn succeed(&self, calls: u32) {
        for _ in 0..calls {
            if let Ok(permit) = self.breaker.acquire() {
                permit.success();
            }
        }
    }

    fn state(&self) -> CircuitState {
        self.breaker.state()
    }
}

fn fleet_of(processes: usize, store: &Arc<impl Store>) -> Vec<Process> {
    (0..processes).map(|_| Process::start(store)).collect()
}

/// Lets the members look, which takes no time.
async fn settle() {
    for _ in 0..4 {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn failures_of_two_processes_open_the_circuit_of_all() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(8, &store);
    settle().await;
    // Two failures each are too few for the rule of one process.
    fleet[0].fail(2);
    fleet[1].fail(2);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(fleet.iter().filter(|process| process.state() == CircuitState::Open).count(), 1);
    // The others learn of it with their next report.
    fleet[2].succeed(1);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(fleet[2].state(), CircuitState::Open);
    let refused = fleet[2].breaker.acquire().unwrap_err();
    assert!(refused.retry_in() < OPEN_FOR * 9 / 10, "{:?} is what remains", refused.retry_in());
}

#[tokio::test(start_paused = true)]
async fn one_bad_process_opens_its_own_circuit_and_no_other() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(8, &store);
    settle().await;
    fleet[0].fail(100);
    for _ in 0..20 {
        for process in &fleet[1..] {
            process.succeed(1);
        }
        sleep(Duration::from_millis(500)).await;
        assert_eq!(fleet[0].state(), CircuitState::Open);
        assert!(fleet[1..].iter().all(|process| process.state() == CircuitState::Closed));
    }
}

async fn opened(fleet: &[Process]) {
    settle().await;
    fleet[0].fail(4);
    fleet[1].fail(4);
    for process in &fleet[2..] {
        process.succeed(1);
    }
    sleep(Duration::from_millis(1200)).await;
    assert!(fleet.iter().all(|process| process.state() == CircuitState::Open));
    assert_eq!(fleet[0].member.view("search").await.unwrap().state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn one_trial_of_the_whole_fleet_closes_the_circuit() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(8, &store);
    opened(&fleet).await;
    sleep(OPEN_FOR).await;
    // Each process asks for a trial, and is refused until the store has answered.
    assert!(fleet.iter().all(|process| process.breaker.acquire().is_err()));
    settle().await;
    let mut trials: Vec<_> = fleet.iter().filter_map(|process| process.breaker.acquire().ok()).collect();
    assert_eq!(trials.len(), 1, "one trial for eight processes");
    trials.remove(0).success();
    settle().await;
    for process in &fleet {
        let _ = process.breaker.acquire();
    }
    sleep(Duration::from_millis(1200)).await;
    for process in &fleet {
        let _ = process.breaker.acquire();
    }
    settle().await;
    assert!(fleet.iter().all(|process| process.state() == CircuitState::Closed));
}

#[tokio::test(start_paused = true)]
async fn the_trial_of_a_process_that_died_ends_by_itself() {
    let store = Arc::new(MemoryStore::new());
    let mut fleet = fleet_of(3, &store);
    opened(&fleet).await;
    sleep(OPEN_FOR).await;
    let dying = fleet.pop().expect("three processes");
    let _ = dying.breaker.acquire();
    settle().await;
    std::mem::forget(dying.breaker.acquire().expect("the trial"));
    // Its time is `open_for`.
    for _ in 0..20 {
        assert!(fleet[0].breaker.acquire().is_err());
        sleep(OPEN_FOR / 20).await;
    }
    settle().await;
    let _ = fleet[0].breaker.acquire();
    settle().await;
    assert!(fleet[0].breaker.acquire().is_ok(), "{:?}", fleet[0].breaker);
}

/// A store that can be away, and counts what it is asked.
#[derive(Default)]
struct Flaky {
    store: MemoryStore,
    mode: AtomicU32,
    asked: AtomicU32,
}

const ERROR: u32 = 1;
const SILENT: u32 = 2;

impl Store for Flaky {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.mode.load(Ordering::Relaxed) {
            ERROR => Box::pin(async { Err("connection refused".into()) }),
            SILENT => Box::pin(std::future::pending()),
            _ => self.store.ask(key, request),
        }
    }

    fn describe(&self) -> String {
        "flaky".into()
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_store_is_away_each_process_follows_its_own_rules() {
    for mode in [ERROR, SILENT] {
        let store = Arc::new(Flaky::default());
        let fleet = fleet_of(3, &store);
        opened(&fleet).await;
        store.mode.store(mode, Ordering::Relaxed);
        sleep(OPEN_FOR).await;
        // The first call of a process finds out; its own rules then let one trial through.
        let _ = fleet[0].breaker.acquire();
        sleep(Duration::from_millis(300)).await;
        let trial = fleet[0].breaker.acquire().expect("a trial by its own rules");
        assert!(fleet[0].breaker.acquire().is_err(), "one trial alone");
        trial.success();
        assert_eq!(fleet[0].state(), CircuitState::Closed);
        // The fleet is found again by itself.
        store.mode.store(0, Ordering::Relaxed);
        for _ in 0..200 {
            fleet[0].succeed(1);
            sleep(Duration::from_millis(500)).await;
        }
        let asked = store.asked.load(Ordering::Relaxed);
        fleet[0].succeed(1);
        sleep(Duration::from_secs(2)).await;
        assert!(store.asked.load(Ordering::Relaxed) > asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_without_calls_asks_nothing() {
    let store = Arc::new(Flaky::default());
    let fleet = fleet_of(2, &store);
    settle().await;
    let asked = store.asked.load(Ordering::Relaxed);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(store.asked.load(Ordering::Relaxed), asked);
    for _ in 0..100 {
        fleet[0].succeed(1000);
        sleep(Duration::from_millis(100)).await;
    }
    let asked = store.asked.load(Ordering::Relaxed) - asked;
    assert!((9..=13).contains(&asked), "{asked} reports in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_lost_record_is_a_closed_circuit_of_which_nobody_opens_at_once() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(3, &store);
    opened(&fleet).await;
    store.clear();
    sleep(OPEN_FOR).await;
    let _ = fleet[0].breaker.acquire();
    settle().await;
    // The circuit of the fleet is closed, so the process's own rules let one trial through.
    let trial = fleet[0].breaker.acquire().expect("a trial");
    assert!(fleet[0].breaker.acquire().is_err());
    trial.success();
    assert_eq!(fleet[0].state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_operator_opens_and_closes_the_circuit_of_all() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(3, &store);
    settle().await;
    fleet[0].member.force_open("search").await.unwrap();
    assert_eq!(fleet[0].member.view("search").await.unwrap().state(), CircuitState::ForcedOpen);
    assert_eq!(fleet[0].member.view("search").await.unwrap().retry_in(), Duration::MAX);
    fleet[1].succeed(1);
    sleep(Duration::from_millis(1200)).await;
    assert!(fleet[1].breaker.acquire().is_err());
    sleep(Duration::from_secs(3600)).await;
    assert!(fleet[1].breaker.acquire().is_err());
    fleet[2].member.reset("search").await.unwrap();
    for _ in 0..3 {
        let _ = fleet[1].breaker.acquire();
        sleep(Duration::from_millis(1200)).await;
    }
    assert!(fleet[1].breaker.acquire().is_ok());
    let unknown = fleet[0].member.force_open("other").await.unwrap_err();
    assert_eq!(unknown.to_string(), "no breaker `other` has joined the fleet");
}

#[tokio::test(start_paused = true)]
async fn an_operator_opens_a_circuit_of_which_there_is_no_record_yet() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(1, &store);
    fleet[0].member.force_open("search").await.unwrap();
    assert_eq!(fleet[0].member.view("search").await.unwrap().state(), CircuitState::ForcedOpen);
    store.clear();
    fleet[0].member.reset("search").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_operator_is_told_when_the_store_has_not_answered() {
    let store = Arc::new(Flaky::default());
    let fleet = fleet_of(1, &store);
    settle().await;
    store.mode.store(SILENT, Ordering::Relaxed);
    let error = fleet[0].member.force_open("search").await.unwrap_err();
    assert!(error.is_away());
    assert_eq!(error.to_string(), "the store has not answered a request about the breaker `search`");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_leaves_follows_its_own_rules() {
    let store = Arc::new(MemoryStore::new());
    let mut fleet = fleet_of(3, &store);
    opened(&fleet).await;
    let Process { breaker, member } = fleet.remove(0);
    drop(member);
    sleep(OPEN_FOR).await;
    let trial = breaker.acquire().expect("its own rules let a trial through");
    trial.success();
    assert_eq!(breaker.state(), CircuitState::Closed);
    assert_eq!(fleet[0].member.view("search").await.unwrap().processes(), 2);
}

#[tokio::test(start_paused = true)]
async fn breakers_by_host_have_the_settings_of_the_one_that_joined() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(2, &store);
    let (first, second) = (fleet[0].member.breaker("search", "a"), fleet[1].member.breaker("search", "a"));
    assert!(Arc::ptr_eq(&first, &fleet[0].member.breaker("search", "a")));
    settle().await;
    for breaker in [&first, &second] {
        breaker.acquire().unwrap().failure();
        breaker.acquire().unwrap().failure();
    }
    sleep(Duration::from_millis(200)).await;
    let opened = [&first, &second].into_iter().find_map(|breaker| breaker.acquire().err());
    let refused = opened.expect("four calls of two processes have failed");
    assert!(
        refused.to_string().starts_with("the circuit breaker `search/a` is open for another 9."),
        "{refused}"
    );
    assert!(fleet[0].member.breaker("search", "b").acquire().is_ok());
}

fn budget(store: &Arc<impl Store>) -> (Arc<RetryBudget>, FleetMember) {
    let budget = Arc::new(RetryBudget::new().name("search").ratio(0.0).reserve_per_second(10));
    let member = Fleet::on(Arc::clone(store)).name("shop").join(Arc::clone(&budget)).start();
    (budget, member)
}

#[tokio::test(start_paused = true)]
async fn the_reserve_of_a_budget_is_that_of_the_whole_fleet() {
    let store = Arc::new(MemoryStore::new());
    let fleet: Vec<_> = (0..5).map(|_| budget(&store)).collect();
    assert!(fleet.iter().all(|(budget, _)| !budget.try_withdraw()), "a joined budget is empty");
    let mut paid = 0;
    for _ in 0..SECONDS * 100 {
        paid += fleet.iter().filter(|(budget, _)| budget.try_withdraw()).count();
        sleep(Duration::from_millis(10)).await;
    }
    let paid = u32::try_from(paid).unwrap();
    // Ten tokens a second, and one grant of two tokens for each process.
    assert!(paid <= 10 * SECONDS + 10, "{paid} retries");
    assert!(paid >= 9 * SECONDS, "{paid} retries");
}

#[tokio::test(start_paused = true)]
async fn a_budget_whose_store_is_away_has_its_share_of_the_reserve() {
    let store = Arc::new(Flaky::default());
    let fleet: Vec<_> = (0..5).map(|_| budget(&store)).collect();
    for _ in 0..100 {
        for (budget, _) in &fleet {
            let _ = budget.try_withdraw();
        }
        sleep(Duration::from_millis(50)).await;
    }
    store.mode.store(ERROR, Ordering::Relaxed);
    for _ in 0..100 {
        for (budget, _) in &fleet {
            let _ = budget.try_withdraw();
        }
        sleep(Duration::from_millis(50)).await;
    }
    let mut paid = 0;
    for _ in 0..SECONDS * 10 {
        paid += u32::from(fleet[0].0.try_withdraw());
        advance(Duration::from_millis(100)).await;
    }
    assert!((2 * SECONDS - 4..=2 * SECONDS + 20).contains(&paid), "{paid} retries of one process of five");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_has_been_bad_for_long_counts_when_another_one_becomes_bad() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(8, &store);
    settle().await;
    fleet[0].fail(100);
    for _ in 0..130 {
        // Its own rules let trials through, which fail.
        fleet[0].fail(1);
        for process in &fleet[1..] {
            process.succeed(1);
        }
        sleep(Duration::from_millis(500)).await;
    }
    assert!(fleet[1..].iter().all(|process| process.state() == CircuitState::Closed));
    fleet[1].fail(100);
    let mut half_seconds = 0;
    // Not a fixed time: the first trial after ten seconds may be of a process that succeeds, which closes the circuit.
    while fleet.iter().any(|process| process.state() == CircuitState::Closed) {
        assert!(half_seconds < 24, "the second one opens it");
        fleet[0].fail(1);
        for process in &fleet[2..] {
            process.succeed(1);
        }
        sleep(Duration::from_millis(500)).await;
        half_seconds += 1;
    }
}

/// A store whose answers to some requests get lost, and take a while.
#[derive(Default)]
struct Lossy {
    store: MemoryStore,
    loses_leases: AtomicBool,
    /// Reports of processes that opened by their own rules.
    tripped: AtomicU32,
}

impl Store for Lossy {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move {
            let Request::Circuit(step) = request else { return self.store.ask(key, request).await };
            if matches!(step.action, Action::Report { tripped: true, .. }) {
                self.tripped.fetch_add(1, Ordering::Relaxed);
            }
            let answer = self.store.ask(key, request).await;
            sleep(Duration::from_millis(50)).await;
            let is_lease = matches!(step.action, Action::Lease { .. });
            if is_lease && self.loses_leases.load(Ordering::Relaxed) { Err("lost".into()) } else { answer }
        })
    }

    fn describe(&self) -> String {
        "lossy".into()
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_never_heard_of_its_lease_gets_another_one() {
    let store = Arc::new(Lossy::default());
    let fleet = fleet_of(3, &store);
    sleep(Duration::from_millis(200)).await;
    opened(&fleet).await;
    store.loses_leases.store(true, Ordering::Relaxed);
    sleep(OPEN_FOR).await;
    assert!(fleet[0].breaker.acquire().is_err());
    sleep(Duration::from_millis(200)).await;
    store.loses_leases.store(false, Ordering::Relaxed);
    // Alone, the process recovers by its own rules, and then hears of the trials of the fleet.
    fleet[0].succeed(1);
    assert_eq!(fleet[0].state(), CircuitState::Closed);
    sleep(OPEN_FOR).await;
    fleet[0].succeed(1);
    sleep(Duration::from_millis(1500)).await;
    assert_ne!(fleet[0].state(), CircuitState::Closed);
    for _ in 0..10 {
        fleet[0].succeed(1);
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(fleet[0].state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_opened_before_the_fleet_did_is_forgotten_when_that_closes() {
    let store = Arc::new(Lossy::default());
    let fleet = fleet_of(3, &store);
    sleep(Duration::from_millis(1200)).await;
    fleet[0].fail(4);
    fleet[1].fail(4);
    fleet[2].fail(1);
    // Its first report is on the way, and its answer will be that the fleet has opened.
    sleep(Duration::from_millis(20)).await;
    fleet[2].fail(3);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(fleet[0].member.view("search").await.unwrap().state(), CircuitState::Open);
    sleep(OPEN_FOR).await;
    let before = store.tripped.load(Ordering::Relaxed);
    for _ in 0..20 {
        fleet[2].succeed(1);
        sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(fleet[2].state(), CircuitState::Closed);
    assert_eq!(store.tripped.load(Ordering::Relaxed), before);
}

#[tokio::test(start_paused = true)]
async fn an_empty_reserve_is_not_asked_all_the_time() {
    let store = Arc::new(Flaky::default());
    let fleet: Vec<_> = (0..20).map(|_| budget(&store)).collect();
    settle().await;
    let asked = store.asked.load(Ordering::Relaxed);
    let mut paid = 0;
    for _ in 0..SECONDS * 100 {
        paid += fleet.iter().filter(|(budget, _)| budget.try_withdraw()).count();
        sleep(Duration::from_millis(10)).await;
    }
    let asked = store.asked.load(Ordering::Relaxed) - asked;
    // Once in `sync_every` for each process, and once for each token.
    assert!(asked <= (20 + 10) * SECONDS, "{asked} requests for {paid} retries");
    assert!(paid as u32 >= 8 * SECONDS, "{paid} retries");
}

#[tokio::test(start_paused = true)]
async fn one_process_that_retries_gets_the_reserve_of_all() {
    let store = Arc::new(MemoryStore::new());
    let fleet: Vec<_> = (0..5).map(|_| budget(&store)).collect();
    settle().await;
    let mut paid = 0;
    for _ in 0..SECONDS * 100 {
        paid += u32::from(fleet[0].0.try_withdraw());
        sleep(Duration::from_millis(10)).await;
    }
    assert!(paid >= 8 * SECONDS, "{paid} retries");
}

#[tokio::test(start_paused = true)]
async fn a_process_with_few_calls_recovers() {
    for processes in [1, 2, 3] {
        let store = Arc::new(MemoryStore::new());
        let fleet = fleet_of(processes, &store);
        settle().await;
        // One opens by its own rules, two and more open the fleet's circuit.
        for process in &fleet {
            process.fail(4);
        }
        sleep(Duration::from_millis(1200)).await;
        for _ in 0..40 {
            for process in &fleet {
                process.succeed(1);
            }
            sleep(Duration::from_millis(1500)).await;
        }
        assert!(fleet.iter().all(|process| process.state() == CircuitState::Closed), "of {processes}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_bad_process_opens_no_other_circuit_where_all_fail_now_and_then() {
    let store = Arc::new(MemoryStore::new());
    let fleet = fleet_of(8, &store);
    settle().await;
    for round in 0..100 {
        fleet[0].fail(4);
        for process in &fleet[1..] {
            process.succeed(20);
            process.fail(u32::from(round % 10 == 0));
        }
        sleep(Duration::from_millis(500)).await;
        assert!(fleet[1..].iter().all(|process| process.state() == CircuitState::Closed));
    }
    assert_eq!(fleet[0].member.view("search").await.unwrap().state(), CircuitState::Closed);
    assert_ne!(fleet[0].state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_large_fleet_in_which_everything_fails_sends_no_more_reports_than_its_store_can_take() {
    let store = Arc::new(Flaky::default());
    let breaker = || CircuitBreaker::new().failure_rate(0.5).minimum_calls(u32::MAX);
    let fleet: Vec<_> = (0..400).map(|_| Process::with(&store, breaker())).collect();
    sleep(Duration::from_secs(2)).await;
    let asked = store.asked.load(Ordering::Relaxed);
    for _ in 0..100 {
        for process in &fleet {
            process.fail(1);
        }
        sleep(Duration::from_millis(100)).await;
    }
    let asked = store.asked.load(Ordering::Relaxed) - asked;
    assert!(asked <= 11_000, "{asked} reports of 400 processes in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_without_rates_learns_of_the_fleet_by_its_successes() {
    let store = Arc::new(MemoryStore::new());
    let in_a_row = || CircuitBreaker::new().consecutive_failures(2).open_for(OPEN_FOR);
    let fleet: Vec<_> = (0..3).map(|_| Process::with(&store, in_a_row())).collect();
    settle().await;
    fleet[0].fail(2);
    fleet[1].fail(2);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(fleet[2].state(), CircuitState::Closed);
    fleet[2].succeed(1);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(fleet[2].state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_large_fleet_without_retries_asks_seldom_for_its_reserve() {
    let store = Arc::new(Flaky::default());
    let fleet: Vec<_> = (0..200).map(|_| budget(&store)).collect();
    settle().await;
    sleep(Duration::from_secs(5)).await;
    let asked = store.asked.load(Ordering::Relaxed);
    // Once for each process at first, and then once for each token.
    assert!(asked <= 200 + 20 * 5, "{asked} requests in the first seconds");
    sleep(Duration::from_secs(115)).await;
    let asked = store.asked.load(Ordering::Relaxed);
    assert!(asked <= 200 * 8, "{asked} requests");
    let paid = fleet.iter().filter(|(budget, _)| budget.balance() > 0).count();
    sleep(Duration::from_secs(60)).await;
    let again = store.asked.load(Ordering::Relaxed) - asked;
    assert!(again <= 20 * 60, "{again} requests by {paid} of 200 that have tokens");
}

#[tokio::test(start_paused = true)]
async fn a_process_counts_as_long_as_its_own_rules_keep_it_open() {
    for recovers in [false, true] {
        let store = Arc::new(MemoryStore::new());
        let breaker = || CircuitBreaker::new().failure_rate(0.5).open_for(OPEN_FOR).minimum_calls(4);
        let breaker = || breaker().open_for_max(OPEN_FOR * 4);
        let fleet: Vec<_> = (0..8).map(|_| Process::with(&store, breaker())).collect();
        settle().await;
        fleet[0].fail(100);
        for _ in 0..600 {
            fleet[0].fail(1);
            for process in &fleet[1..] {
                process.succeed(1);
            }
            sleep(Duration::from_millis(500)).await;
        }
        if recovers {
            for _ in 0..600 {
                for process in &fleet {
                    process.succeed(1);
                }
                sleep(Duration::from_millis(500)).await;
            }
            assert_eq!(fleet[0].state(), CircuitState::Closed);
        }
        fleet[1].fail(100);
        settle().await;
        let state = fleet[1].member.view("search").await.unwrap().state();
        assert_eq!(state == CircuitState::Closed, recovers, "{state:?}");
    }
}
