//! Fleets outside of a runtime of tokio, with extreme settings, and with a store that returns nonsense.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;
use retry_core::fleet::{
    Answer, Fleet, FleetMember, Grant, MemoryStore, Phase, Request, Rules, Store, StoreFuture, View,
};
use retry_core::testing::no_wait;
use retry_core::{CircuitBreaker, CircuitState, Policy, RetryBudget, set_observer};

/// Runs a future to its end outside of any runtime. None here waits for anything but its turn.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut polls = (0..100).map(|_| future.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    polls.find_map(|poll| if let Poll::Ready(value) = poll { Some(value) } else { None }).expect("it waits")
}

fn inline(breaker: &Arc<CircuitBreaker>) -> FleetMember {
    Fleet::on(MemoryStore::new()).name("elsewhere").join(Arc::clone(breaker)).inline().start()
}

#[test]
fn a_fleet_outside_of_a_runtime_is_away() {
    let _ = set_observer(&super::TEXTS);
    let breaker = Arc::new(CircuitBreaker::new().name("search").consecutive_failures(2));
    let member = inline(&breaker);
    assert!(run(member.view("search")).unwrap_err().is_away());
    assert!(run(member.force_open("search")).unwrap_err().is_away());
    assert!(run(member.reset("search")).unwrap_err().is_away());
    run(member.flush());
    let _guard = no_wait();
    let policy = Policy::new().max(5);
    let call =
        || policy.retry_async(async || Err::<(), _>(Box::<dyn Error>::from("unavailable"))).breaker(&breaker);
    assert!(run(async { call().await }).is_err());
    assert_eq!(breaker.state(), CircuitState::Open, "by its own rules");
    assert!(run(async { call().await }).is_err());
    run(member.leave());
    drop(inline(&breaker));
    let texts = super::TEXTS.0.lock().unwrap();
    let lost: Vec<_> = texts.iter().filter(|text| text.starts_with("elsewhere lost")).collect();
    assert_eq!(
        lost,
        [
            "elsewhere lost: no runtime of tokio runs here; run the call in one, or start the fleet without `inline`"
        ]
    );
}

#[test]
fn the_thread_of_a_fleet_leaves_for_a_program_without_a_runtime() {
    let breaker = Arc::new(CircuitBreaker::new().name("search"));
    let member = Fleet::on(MemoryStore::new()).name("thread").join(Arc::clone(&breaker)).start();
    run(member.flush());
    assert!(run(member.view("search")).unwrap_err().is_away());
    run(member.leave());
}

#[tokio::test(start_paused = true)]
async fn no_setting_of_a_fleet_is_too_long() {
    let breaker = Arc::new(
        CircuitBreaker::new()
            .name("search")
            .open_for(Duration::MAX)
            .failure_rate(1.0)
            .minimum_calls(u32::MAX),
    );
    let budget = Arc::new(RetryBudget::new().name("search").reserve_per_second(10_000));
    let fleet = Fleet::on(MemoryStore::new()).name("").sync_every(Duration::MAX).patience(Duration::MAX);
    let member = fleet.quorum(32).join(Arc::clone(&breaker)).join(Arc::clone(&budget)).start();
    breaker.force_open();
    member.flush().await;
    assert!(member.view("search").await.is_ok());
    assert!(member.view("\0").await.is_err());
    member.breaker("search", &"host/".repeat(20_000)).force_open();
    member.flush().await;
    member.leave().await;
}

/// A store whose answers are of either kind and hold any number.
struct Nonsense {
    answer: Answer,
    circuits: bool,
}

impl Store for Nonsense {
    fn ask<'a>(&'a self, _: &'a str, request: Request) -> StoreFuture<'a> {
        let is_asked = matches!((self.answer, request), (Answer::Circuit(_), Request::Circuit(_)));
        let error = is_asked && !self.circuits;
        Box::pin(async move { if error { Err("nonsense".into()) } else { Ok(self.answer) } })
    }

    fn describe(&self) -> String {
        "\0".repeat(70_000)
    }
}

fn numbers() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1), Just(Rules::MAX_TIME), Just(u64::MAX), any::<u64>()]
}

fn counts() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>()]
}

fn answers() -> impl Strategy<Value = Answer> {
    let phases = vec![Phase::Closed, Phase::Open, Phase::HalfOpen, Phase::ForcedOpen];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let views = (numbers(), numbers(), prop::sample::select(phases), numbers(), counts(), flags);
    let views = views.prop_map(|(epoch, generation, phase, left, live, (granted, known, changed))| {
        Answer::Circuit(View { epoch, generation, phase, left, granted, live, known, changed })
    });
    let grants = (counts(), counts(), numbers());
    prop_oneof![views, grants.prop_map(|(tokens, live, next)| Answer::Reserve(Grant { tokens, live, next }))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Calls run, whatever the store returns.
    #[test]
    fn no_answer_of_a_store_makes_a_call_panic(answer in answers(), circuits: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let breaker = Arc::new(CircuitBreaker::new().name("search").consecutive_failures(3).failure_rate(0.5));
            let budget = Arc::new(RetryBudget::new().name("search").reserve_per_second(10_000));
            let fleet = Fleet::on(Nonsense { answer, circuits }).quorum(1);
            let member = fleet.join(Arc::clone(&breaker)).join(Arc::clone(&budget)).start();
            for _ in 0..20 {
                let policy = Policy::new().max(5).base(Duration::from_millis(1));
                let call = policy.retry_async(async || Err::<(), _>(Box::<dyn Error>::from("unavailable")));
                assert!(call.breaker(&breaker).budget(&budget).await.is_err());
                member.flush().await;
                tokio::time::advance(Duration::from_secs(100)).await;
            }
            let _ = (member.view("search").await, member.force_open("search").await, member.reset("search").await);
            member.leave().await;
        });
    }
}
