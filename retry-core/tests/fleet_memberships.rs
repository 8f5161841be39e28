//! What a process sends and follows when something happens in between: another fleet, another phase, another runtime, a
//! listener that panics.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use retry_core::fleet::{Action, Calls, Fleet, FleetMember, MemoryStore, Request, Store, StoreFuture};
use retry_core::observe::CircuitEvent;
use retry_core::{CircuitBreaker, CircuitState, RetryBudget};
use tokio::time::sleep;

const OPEN_FOR: Duration = Duration::from_secs(10);

/// A store that notes the reports, and whose answers may come late or never.
#[derive(Default)]
struct Noted {
    records: MemoryStore,
    /// The generation and the calls of each report.
    reports: Mutex<Vec<(u64, Calls)>>,
    delay: Duration,
    loses_the_next_answer: AtomicBool,
    is_away: AtomicBool,
}

impl Noted {
    fn new() -> Arc<Noted> {
        Arc::default()
    }

    fn slow(delay: Duration) -> Arc<Noted> {
        Arc::new(Noted { delay, ..Noted::default() })
    }

    /// Returns the failures that were reported for a generation.
    fn failures(&self, generation: u64) -> u32 {
        let reports = self.reports.lock().unwrap();
        reports.iter().filter(|report| report.0 == generation).map(|report| report.1.bad).sum()
    }
}

impl Store for Noted {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move {
            if self.is_away.load(Ordering::Relaxed) {
                return Err("away".into());
            }
            let answer = self.records.ask(key, request).await;
            if let Request::Circuit(step) = request {
                if let Action::Report { generation, calls, .. } = step.action {
                    if self.loses_the_next_answer.swap(false, Ordering::Relaxed) {
                        sleep(Duration::from_secs(3600)).await;
                    }
                    self.reports.lock().unwrap().push((generation, calls));
                }
            }
            if !self.delay.is_zero() {
                sleep(self.delay).await;
            }
            answer
        })
    }

    fn describe(&self) -> String {
        "noted".into()
    }
}

fn breaker() -> Arc<CircuitBreaker> {
    let breaker = CircuitBreaker::new().name("search").failure_rate(0.5).minimum_calls(4);
    Arc::new(breaker.open_for(OPEN_FOR))
}

fn join(breaker: &Arc<CircuitBreaker>, store: &Arc<impl Store>) -> FleetMember {
    Fleet::on(Arc::clone(store)).name("shop").join(Arc::clone(breaker)).start()
}

fn fail(breaker: &CircuitBreaker, calls: u32) {
    for _ in 0..calls {
        if let Ok(permit) = breaker.acquire() {
            permit.failure();
        }
    }
}

fn succeed(breaker: &CircuitBreaker) {
    if let Ok(permit) = breaker.acquire() {
        permit.success();
    }
}

/// Lets the members look.
async fn settle() {
    sleep(Duration::from_millis(250)).await;
}

/// Two other processes open the circuit, of which every process with calls learns.
async fn open_by_two(store: &Arc<impl Store>) -> Vec<(Arc<CircuitBreaker>, FleetMember)> {
    let others: Vec<_> =
        (0..2).map(|_| breaker()).map(|other| (Arc::clone(&other), join(&other, store))).collect();
    settle().await;
    for (other, _) in &others {
        fail(other, 4);
    }
    settle().await;
    assert_eq!(others[0].1.view("search").await.unwrap().state(), CircuitState::Open);
    others
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_one_membership_are_not_reported_in_the_next() {
    let (first, second) = (Noted::new(), Noted::new());
    let breaker = breaker();
    let member = join(&breaker, &first);
    settle().await;
    fail(&breaker, 3);
    settle().await;
    assert_eq!(first.failures(0), 3);
    drop(member);
    settle().await;
    let _member = join(&breaker, &second);
    settle().await;
    succeed(&breaker);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(second.reports.lock().unwrap().len(), 1, "one call was made");
    assert_eq!(second.failures(0), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_last_fleet_does_not_reach_the_next_one() {
    let (slow, other) = (Noted::slow(Duration::from_millis(50)), Noted::new());
    let breaker = breaker();
    let member = join(&breaker, &slow);
    settle().await;
    let operator = join(&self::breaker(), &slow);
    operator.force_open("search").await.unwrap();
    // Its report is answered by the forced open circuit, but 50 ms later.
    fail(&breaker, 1);
    while slow.reports.lock().unwrap().is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    drop(member);
    let _member = join(&breaker, &other);
    settle().await;
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_report_without_an_answer_does_not_count_in_the_next_phase() {
    let store = Noted::new();
    let breaker = breaker();
    let member = join(&breaker, &store);
    settle().await;
    store.loses_the_next_answer.store(true, Ordering::Relaxed);
    fail(&breaker, 1);
    sleep(Duration::from_millis(50)).await;
    // These two are not in the report, whose answer is lost.
    fail(&breaker, 2);
    member.reset("search").await.unwrap();
    settle().await;
    assert_eq!(store.failures(1), 0, "they ran before the reset");
    fail(&breaker, 1);
    settle().await;
    assert_eq!(store.failures(1), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_of_an_earlier_phase_runs_no_trial() {
    let store = Noted::new();
    let breakers = [(); 2].map(|()| {
        let breaker =
            CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR).trials(2);
        Arc::new(breaker)
    });
    let members = breakers.each_ref().map(|breaker| join(breaker, &store));
    settle().await;
    for breaker in &breakers {
        fail(breaker, 1);
    }
    settle().await;
    assert_eq!(members[0].view("search").await.unwrap().state(), CircuitState::Open);
    sleep(OPEN_FOR).await;
    // Each has a lease that no call has taken yet.
    assert!(breakers.iter().all(|breaker| breaker.acquire().is_err()));
    settle().await;
    fail(&breakers[1], 1);
    settle().await;
    assert_eq!(members[0].view("search").await.unwrap().state(), CircuitState::Open);
    let refused = breakers[0].acquire().expect_err("the circuit of the fleet is open again");
    assert!(refused.retry_in() > OPEN_FOR / 2, "{refused:?}");
    assert!(breakers[0].retry_in() > OPEN_FOR / 2);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_was_reset_by_hand_reports_on() {
    let store = Noted::new();
    let breaker = breaker();
    let member = join(&breaker, &store);
    let others = open_by_two(&store).await;
    succeed(&breaker);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(breaker.state(), CircuitState::Open);
    breaker.reset();
    others[0].1.reset("search").await.unwrap();
    succeed(&breaker);
    sleep(Duration::from_millis(1200)).await;
    // From here on its failures count for the fleet, and it follows the fleet.
    fail(&breaker, 2);
    settle().await;
    let generation = store.reports.lock().unwrap().last().unwrap().0;
    assert_eq!(store.failures(generation), 2, "{:?}", store.reports);
    others[0].1.force_open("search").await.unwrap();
    succeed(&breaker);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(breaker.state(), CircuitState::Open, "{member:?}");
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_panics_does_not_end_the_member() {
    fn listener(event: &CircuitEvent<'_>) {
        assert_ne!(event.to(), CircuitState::Open, "a listener panics");
    }
    let store = Noted::new();
    let breaker = Arc::new(
        CircuitBreaker::new().name("search").failure_rate(0.9).open_for(OPEN_FOR).on_change(listener),
    );
    let _member = join(&breaker, &store);
    let _others = open_by_two(&store).await;
    succeed(&breaker);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(breaker.state(), CircuitState::Open);
    sleep(OPEN_FOR).await;
    assert!(breaker.acquire().is_err(), "it asks for a lease");
    settle().await;
    breaker.acquire().expect("the member has the lease").success();
}

#[test]
fn inline_another_runtime_takes_over() {
    let store = Noted::new();
    let breaker = breaker();
    let member = Fleet::on(Arc::clone(&store)).inline().join(Arc::clone(&breaker)).start();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The first runtime ends before its task has looked.
    runtime().block_on(async { fail(&breaker, 1) });
    runtime().block_on(async {
        fail(&breaker, 1);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(store.failures(0), 2);
    drop(member);
}

#[tokio::test(start_paused = true)]
async fn a_flush_sends_what_was_counted_a_moment_ago() {
    let store = Noted::new();
    let breaker = breaker();
    let member = Fleet::on(Arc::clone(&store)).inline().join(Arc::clone(&breaker)).start();
    for calls in 1..=3 {
        fail(&breaker, 1);
        member.flush().await;
        assert_eq!(store.failures(0), calls);
    }
    let reports = store.reports.lock().unwrap().len();
    member.flush().await;
    assert_eq!(store.reports.lock().unwrap().len(), reports, "there was nothing to send");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_without_a_rate_follows_as_soon_as_it_has_calls() {
    let store = Noted::new();
    let breaker = Arc::new(CircuitBreaker::new().name("search").consecutive_failures(5));
    let _member = join(&breaker, &store);
    let operator = join(&self::breaker(), &store);
    settle().await;
    operator.force_open("search").await.unwrap();
    succeed(&breaker);
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_breaker_reports_nothing() {
    let store = Noted::new();
    let breaker = Arc::new(CircuitBreaker::new().name("search").consecutive_failures(5));
    let _member = join(&breaker, &store);
    settle().await;
    breaker.disable();
    fail(&breaker, 10);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(store.failures(0), 0);
}

/// Returns how many retries a budget pays for in a minute.
async fn paid_in_a_minute(budget: &RetryBudget) -> u32 {
    let mut paid = 0;
    for _ in 0..600 {
        paid += u32::from(budget.try_withdraw());
        sleep(Duration::from_millis(100)).await;
    }
    paid
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_was_used_before_it_joined_has_its_share_without_the_store() {
    let store = Noted::new();
    let fleet = [(); 5].map(|()| {
        let budget = RetryBudget::new().name("search").ratio(0.0).reserve_per_second(10);
        assert!(budget.try_withdraw());
        let budget = Arc::new(budget);
        let member = Fleet::on(Arc::clone(&store)).name("shop").join(Arc::clone(&budget)).start();
        (budget, member)
    });
    for _ in 0..100 {
        for (budget, _) in &fleet {
            let _ = budget.try_withdraw();
        }
        sleep(Duration::from_millis(50)).await;
    }
    store.is_away.store(true, Ordering::Relaxed);
    let paid = paid_in_a_minute(&fleet[0].0).await;
    assert!((100..=140).contains(&paid), "{paid} retries of one process of five");
}

#[test]
fn a_budget_whose_runtime_has_ended_accrues_alone() {
    let store = Noted::new();
    let budget = RetryBudget::new().name("search").ratio(0.0).reserve_per_second(10);
    let budget = Arc::new(budget);
    let paused =
        || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let member = paused().block_on(async {
        let member = Fleet::on(Arc::clone(&store)).join(Arc::clone(&budget)).start();
        let paid = paid_in_a_minute(&budget).await;
        assert!((500..=620).contains(&paid), "{paid} retries");
        member
    });
    let paid = paused().block_on(paid_in_a_minute(&budget));
    assert!((400..=620).contains(&paid), "{paid} retries");
    drop(member);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_of_a_host_has_the_listener_of_the_one_that_joined() {
    let (sender, changes) = std::sync::mpsc::channel();
    let breaker = CircuitBreaker::new().name("search").consecutive_failures(1);
    let breaker = breaker.on_change_with(move |event| sender.send(event.breaker().to_owned()).unwrap());
    let member = join(&Arc::new(breaker), &Noted::new());
    fail(&member.breaker("search", "eu-1"), 1);
    assert_eq!(changes.try_recv().as_deref(), Ok("search/eu-1"));
    let same = (member.breaker("search/eu", "1"), member.breaker("search", "eu/1"));
    assert!(Arc::ptr_eq(&same.0, &same.1), "the fleet has one circuit of the name");
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_does_not_start_keeps_nothing() {
    let (taken, free) = (breaker(), Arc::new(CircuitBreaker::new().name("mail")));
    let budget = Arc::new(RetryBudget::new().name("mail"));
    let store = Noted::new();
    let _member = join(&taken, &store);
    let fleet = || Fleet::on(Arc::clone(&store)).join(Arc::clone(&free)).join(Arc::clone(&budget));
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fleet().join(Arc::clone(&taken)).start()));
    assert!(panic.is_err(), "a breaker belongs to another fleet");
    let _member = fleet().start();
}

#[tokio::test(start_paused = true)]
async fn a_flush_before_a_freeze_gives_back_the_lease_that_no_call_has_taken() {
    let store = Noted::new();
    let environments = [(); 2].map(|()| {
        let breaker = CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR);
        let breaker = Arc::new(breaker);
        let member = Fleet::on(Arc::clone(&store)).inline().join(Arc::clone(&breaker)).start();
        (breaker, member)
    });
    for (breaker, member) in environments.iter().chain(&environments) {
        fail(breaker, 1);
        member.flush().await;
    }
    assert!(environments.iter().all(|(breaker, _)| breaker.state() == CircuitState::Open));
    sleep(OPEN_FOR).await;
    let [(frozen, member), (other, _)] = &environments;
    assert_eq!(member.view("search").await.unwrap().state(), CircuitState::Open);
    assert!(frozen.acquire().is_err(), "it asks for a lease");
    settle().await;
    // Frozen from here on.
    member.flush().await;
    assert!(other.acquire().is_err(), "it asks for a lease");
    settle().await;
    other.acquire().expect("the lease is free").success();
}

#[tokio::test(start_paused = true)]
async fn processes_that_were_idle_while_the_circuit_changed_open_it_by_a_failure_each() {
    let store = Noted::new();
    let idle: Vec<_> =
        (0..10).map(|_| breaker()).map(|idle| (Arc::clone(&idle), join(&idle, &store))).collect();
    settle().await;
    let others = open_by_two(&store).await;
    others[0].1.reset("search").await.unwrap();
    sleep(Duration::from_secs(60)).await;
    for (breaker, _) in &idle {
        fail(breaker, 1);
    }
    settle().await;
    assert_eq!(others[0].1.view("search").await.unwrap().state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn the_store_knows_at_once_that_a_process_has_left() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (breaker(), breaker());
    let (leaving, staying) = (join(&one, &store), join(&other, &store));
    settle().await;
    assert_eq!(staying.view("search").await.unwrap().processes(), 2);
    leaving.leave().await;
    // No task of the process has run in between.
    assert_eq!(staying.view("search").await.unwrap().processes(), 1);
    let _again = join(&one, &store);
    settle().await;
    assert_eq!(staying.view("search").await.unwrap().processes(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_view_before_the_process_has_joined_loses_no_failure() {
    let store = Noted::new();
    let processes = [breaker(), breaker()];
    let members: Vec<_> = processes.iter().map(|breaker| join(breaker, &store)).collect();
    for breaker in &processes {
        fail(breaker, 5);
    }
    for member in &members {
        let _ = member.view("search").await;
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(members[0].view("search").await.unwrap().state(), CircuitState::Open);
}
