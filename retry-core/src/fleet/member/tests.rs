//! One process and its store, message by message, on a paused clock.

use core::time::Duration;
use std::vec;

use tokio::time::{advance, sleep};

use super::super::circuit::Step;
use super::super::links::{self, CircuitLink};
use super::super::members::ProcessId;
use super::super::memory::MemoryStore;
use super::super::runner;
use super::super::store::StoreFuture;
use super::*;
use crate::breaker::{CircuitState, Coordinator};

const SECOND: Duration = Duration::from_secs(1);

/// A store that notes its requests, can be away, and can be busy enough for a call to be made meanwhile.
#[derive(Default)]
struct Noted {
    store: MemoryStore,
    is_away: AtomicBool,
    actions: Mutex<Vec<(ProcessId, Action)>>,
    claims: Mutex<Vec<ProcessId>>,
    /// A breaker that gets a call with each request, up to twenty.
    busy: Mutex<Option<Arc<CircuitBreaker>>>,
}

impl Noted {
    /// Returns what was asked since the last time.
    fn take(&self) -> Vec<Action> {
        core::mem::take(&mut *self.actions.lock().unwrap()).into_iter().map(|(_, action)| action).collect()
    }

    fn last_process(&self) -> Option<ProcessId> {
        self.actions.lock().unwrap().last().map(|&(process, _)| process)
    }
}

impl Store for Noted {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        match request {
            Request::Circuit(step) => {
                let mut actions = self.actions.lock().unwrap();
                actions.push((step.process, step.action));
                if let Some(breaker) = self.busy.lock().unwrap().as_ref().filter(|_| actions.len() < 20) {
                    succeed(breaker);
                }
            }
            Request::Reserve(claim) => self.claims.lock().unwrap().push(claim.process),
        }
        if self.is_away.load(Ordering::Relaxed) {
            return Box::pin(async { Err("connection refused".into()) });
        }
        self.store.ask(key, request)
    }

    fn describe(&self) -> String {
        "noted".into()
    }
}

fn breaker() -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new().name("search").failure_rate(0.5).minimum_calls(4).open_for(10 * SECOND))
}

/// A member without a task, so that a test sends each message, and its one circuit.
fn member_of(store: &Arc<Noted>, breaker: &Arc<CircuitBreaker>) -> (Arc<Member>, Arc<SharedCircuit>) {
    member_with(store, breaker, true, false)
}

fn settings(runs_inline: bool) -> Settings {
    // A thread that waits for an answer has an hour for it.
    let patience = if runs_inline { Duration::from_millis(100) } else { 3600 * SECOND };
    Settings { quorum: 2, sync_every: SECOND, patience, runs_inline }
}

fn member_with(
    store: &Arc<Noted>,
    breaker: &Arc<CircuitBreaker>,
    runs_inline: bool,
    has_thread: bool,
) -> (Arc<Member>, Arc<SharedCircuit>) {
    let settings = settings(runs_inline);
    let store: Arc<dyn Store> = Arc::<Noted>::clone(store);
    let member = Arc::new(Member::new(settings, "reattempt:shop".into(), "shop", store, has_thread));
    assert!(links::join_breaker(&member, Held::Shared(Arc::clone(breaker)), "search".into()));
    let circuit = member.circuit("search").expect("it has joined");
    (member, circuit)
}

fn succeed(breaker: &CircuitBreaker) {
    if let Ok(permit) = breaker.acquire() {
        permit.success();
    }
}

fn fail(breaker: &CircuitBreaker, calls: u32) {
    for _ in 0..calls {
        if let Ok(permit) = breaker.acquire() {
            permit.failure();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_due_at_the_next_report_and_a_failure_soon() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    assert_eq!(member.due_in().await, SECOND, "there is nothing to report");
    member.sync_all(Reach::Due).await;
    succeed(&breaker);
    assert_eq!(member.due_in().await, Duration::ZERO, "no report was sent of late");
    member.sync_all(Reach::Due).await;
    assert_eq!(member.due_in().await, SECOND);
    advance(Duration::from_millis(30)).await;
    succeed(&breaker);
    assert_eq!(member.due_in().await, Duration::from_millis(970));
    fail(&breaker, 1);
    assert_eq!(member.due_in().await, Duration::from_millis(70));
    // Another process after a fork has sent its last report when the parent did.
    circuit.side.lock().await.begin_anew();
    assert_eq!(member.due_in().await, Duration::from_millis(70));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_due_while_the_breaker_refuses_or_the_store_is_away() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync_all(Reach::Due).await;
    fail(&breaker, 1);
    assert_eq!(member.due_in().await, Duration::ZERO);
    store.is_away.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        member.sync(&circuit, Reach::Due).await;
    }
    assert!(member.health.is_lost());
    assert_eq!(member.due_in().await, SECOND);
    store.is_away.store(false, Ordering::Relaxed);
    advance(60 * SECOND).await;
    member.sync(&circuit, Reach::Due).await;
    assert!(!member.health.is_lost());
    fail(&breaker, 10);
    assert_eq!(breaker.state(), CircuitState::Open);
    member.sync(&circuit, Reach::Due).await;
    member.sync(&circuit, Reach::Due).await;
    assert_eq!(member.due_in().await, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_due_while_the_store_is_there() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let budget = Arc::new(RetryBudget::new().name("search").ratio(0.0).reserve_per_second(10));
    let kept: Arc<dyn Store> = Arc::<Noted>::clone(&store);
    let mut member = Member::new(settings(true), "reattempt:shop".into(), "shop", kept, false);
    member.add_reserve(Held::Shared(Arc::clone(&budget)), "search");
    let member = Arc::new(member);
    assert!(budget.join_fleet(links::waker(&member), u64::MAX));
    assert!(links::join_breaker(&member, Held::Shared(Arc::clone(&breaker)), "search".into()));
    assert_eq!(member.due_in().await, Duration::ZERO);
    member.sync_all(Reach::Due).await;
    assert!(member.due_in().await > Duration::ZERO);
    let claimed = *store.claims.lock().unwrap().last().expect("a claim");
    let process = store.last_process().expect("the breaker has joined");
    // After a fork, another process asks for both.
    member.begin_anew().await;
    advance(5 * SECOND).await;
    member.sync_all(Reach::Due).await;
    assert_ne!(*store.claims.lock().unwrap().last().expect("a claim"), claimed);
    assert_ne!(store.last_process(), Some(process));
    store.is_away.store(true, Ordering::Relaxed);
    while budget.try_withdraw() {}
    advance(5 * SECOND).await;
    assert_eq!(member.due_in().await, Duration::ZERO);
    member.sync_all(Reach::Due).await;
    member.sync_all(Reach::Due).await;
    assert!(member.health.is_lost());
    assert_eq!(member.due_in().await, SECOND);
}

#[tokio::test(start_paused = true)]
async fn calls_during_a_flush_do_not_prolong_it() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    succeed(&breaker);
    store.take();
    *store.busy.lock().unwrap() = Some(Arc::clone(&breaker));
    member.sync(&circuit, Reach::All).await;
    let reports = store.take();
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(reports.iter().all(|action| matches!(action, Action::Report { .. })), "{reports:?}");
    assert_eq!(*circuit.asked.lock().unwrap(), 2, "one for each time that somebody looked");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_follows_the_fleet_looks_on_demand() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    let force = |(epoch, generation)| Action::Force { epoch, generation, time: 60_000 };
    member.act(&circuit, force).await.expect("the store is there");
    store.take();
    for (reach, looks) in [(Reach::Due, 0), (Reach::Look, 1), (Reach::All, 1)] {
        member.sync(&circuit, reach).await;
        assert_eq!(store.take(), vec![Action::Look; looks], "{reach:?}");
    }
    member
        .act(&circuit, |(epoch, generation)| Action::Reset { epoch, generation })
        .await
        .expect("it is there");
    store.take();
    member.sync(&circuit, Reach::Look).await;
    assert_eq!(store.take(), [], "it follows no more");
}

#[tokio::test(start_paused = true)]
async fn a_process_leaves_once_and_a_forked_one_that_has_not_joined_never() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    store.take();
    member.owner.store(std::process::id().wrapping_add(1), Ordering::Relaxed);
    member.leave().await;
    assert_eq!(store.take(), []);
    member.owner.store(std::process::id(), Ordering::Relaxed);
    member.leave().await;
    assert_eq!(store.take(), [Action::Leave]);
    member.leave().await;
    assert_eq!(store.take(), []);
}

#[tokio::test(start_paused = true)]
async fn a_member_without_a_task_leaves_in_a_task_of_its_own() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    store.take();
    runner::stop(&member);
    advance(Duration::from_millis(1)).await;
    assert_eq!(store.take(), [Action::Leave]);
}

#[test]
fn a_thread_waits_for_a_member_with_a_thread_until_it_has_asked() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_with(&store, &breaker, false, true);
    let link = CircuitLink::new(&member, &circuit);
    let asks = std::thread::spawn({
        let (member, circuit) = (Arc::clone(&member), Arc::clone(&circuit));
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            runtime.block_on(member.notify.notified());
            *circuit.asked.lock().unwrap() += 1;
            circuit.has_asked.notify_all();
        }
    });
    assert!(link.block());
    assert_eq!(*circuit.asked.lock().unwrap(), 1);
    asks.join().expect("it ends");
    let alone = self::breaker();
    let (member, circuit) = member_with(&store, &alone, false, false);
    assert!(!CircuitLink::new(&member, &circuit).block(), "nobody asks for a thread that waits");
}

#[test]
fn rates_are_in_millionths() {
    let breaker = CircuitBreaker::new().failure_rate(0.25).slow_call_rate(0.5).window_time(20 * SECOND);
    let rules = rules(&breaker, 3);
    assert_eq!((rules.failure_rate, rules.slow_rate, rules.quorum), (250_000, 500_000, 3));
    assert_eq!(rules.window, 20_000);
}

#[test]
fn a_member_answers_within_a_few_times_its_patience() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, _) = member_of(&store, &breaker);
    assert_eq!(member.answers_within(), Duration::from_millis(1400));
    assert_eq!(member.grants_within(), Duration::from_millis(3400));
    let text = std::format!("{member:?}");
    assert!(
        text.starts_with("Member { prefix: \"reattempt:shop\", settings: Settings { quorum: 2, "),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_is_due_soon_and_later_in_a_large_fleet() {
    let store = Arc::new(Noted::default());
    let breaker = CircuitBreaker::new().name("search").slow_call(Duration::from_millis(10));
    let breaker = Arc::new(breaker.failure_rate(0.5).minimum_calls(4));
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    let slow = || async {
        let permit = breaker.acquire().expect("it is closed");
        advance(Duration::from_millis(20)).await;
        permit.success();
    };
    slow().await;
    member.sync(&circuit, Reach::Due).await;
    slow().await;
    assert_eq!(member.due_in().await, Duration::from_millis(80));
    // 200 further processes join.
    for process in 1..=200 {
        let step = Step { process: ProcessId(process), fresh: 9, rules: circuit.rules, action: Action::Join };
        store.store.ask(&circuit.key, Request::Circuit(step)).await.expect("it answers");
    }
    member.act(&circuit, |_| Action::Look).await.expect("it answers");
    assert_eq!(member.due_in().await, Duration::from_millis(181));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_taken_keeps_its_number_and_one_of_a_forgotten_process_is_asked_for_again() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_of(&store, &breaker);
    member.sync(&circuit, Reach::Due).await;
    let force = |(epoch, generation)| Action::Force { epoch, generation, time: 900 };
    member.act(&circuit, force).await.expect("the store is there");
    advance(SECOND).await;
    assert!(breaker.acquire().is_err(), "it asks for a lease");
    // Another process has the only one.
    let action = Action::Lease { number: 1 };
    let step = Step { process: ProcessId(1), fresh: 9, rules: circuit.rules, action };
    store.store.ask(&circuit.key, Request::Circuit(step)).await.expect("it answers");
    let process = store.last_process().expect("it has joined");
    store.take();
    member.sync(&circuit, Reach::Due).await;
    assert_eq!(store.take(), [Action::Lease { number: 1 }]);
    // The store forgets the process.
    let step = Step { process, fresh: 9, rules: circuit.rules, action: Action::Leave };
    store.store.ask(&circuit.key, Request::Circuit(step)).await.expect("it answers");
    advance(SECOND).await;
    assert!(breaker.acquire().is_err(), "it asks again");
    member.sync(&circuit, Reach::Due).await;
    let actions = store.take();
    assert_eq!(actions, [Action::Lease { number: 1 }, Action::Join, Action::Lease { number: 1 }]);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_was_frozen_looks_at_the_circuit_that_it_follows() {
    let (store, breaker) = (Arc::new(Noted::default()), breaker());
    let (member, circuit) = member_with(&store, &breaker, false, false);
    member.sync(&circuit, Reach::Due).await;
    let force = |(epoch, generation)| Action::Force { epoch, generation, time: 600_000 };
    member.act(&circuit, force).await.expect("the store is there");
    runner::start(&member);
    store.take();
    for _ in 0..100 {
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(store.take(), [], "it has missed nothing");
    advance(10 * SECOND).await;
    for _ in 0..10 {
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(store.take(), [Action::Look]);
}
