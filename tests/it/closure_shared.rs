//! Budgets and breakers of a closure's call, and the rules that many calls share.

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reattempt::{
    CircuitBreaker, CircuitOpen, CircuitState, GiveUpReason, Jitter, LogLevel, Policy, RetryBudget,
    RetryRules, testing,
};

use crate::support::{Down, explained, finish, forms, secs};

const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);
const SECOND: Duration = Duration::from_secs(1);

/// An error of a call with a breaker.
#[derive(Clone, Debug, PartialEq)]
enum Failed {
    Down(u32),
    Refused,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failed {}

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Failed {
        Failed::Refused
    }
}

fn breaker() -> CircuitBreaker {
    CircuitBreaker::new().consecutive_failures(3).open_for(Duration::from_secs(60))
}

#[test]
fn retries_are_paid_for() {
    let _guard = testing::no_wait();
    let empty = RetryBudget::new().reserve_per_second(0).ratio(0.0);
    for result in explained!(POLICY, || Err::<(), _>(Down(1)); .budget(&empty)) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::BudgetExhausted, 1));
    }
    let budget = Arc::new(RetryBudget::new().reserve_per_second(1).ratio(0.0).ttl(10 * SECOND));
    let full = budget.balance();
    // A wait of a second would refill a token.
    let policy = POLICY.base(Duration::ZERO);
    assert_eq!(
        forms!(policy, || Err::<(), _>(Down(1)); .when(|_| true).budget(&budget)),
        [const { Err(Down(1)) }; 5]
    );
    assert_eq!(budget.balance(), full - 10);
    assert_eq!(forms!(policy, || Ok::<_, Down>(1); .budget(&budget)), [const { Ok(1) }; 5]);
    assert_eq!(budget.balance(), full - 10);
}

#[test]
fn an_open_breaker_refuses_the_call_before_its_first_attempt() {
    let _guard = testing::no_wait();
    let breaker = breaker();
    breaker.force_open();
    let told = RefCell::new(Vec::new());
    let unreached = || -> Result<(), Failed> { panic!("the call is refused") };
    let results = forms!(POLICY, unreached; .breaker(&breaker)
        .on_give_up(|event| told.borrow_mut().push((event.attempt(), event.reason(), event.error().cloned()))));
    assert_eq!(results, [const { Err(Failed::Refused) }; 5]);
    assert_eq!(told.into_inner(), vec![(0, GiveUpReason::CircuitOpen, Some(Failed::Refused)); 5]);
    for result in explained!(POLICY, unreached; .breaker(&breaker)) {
        let error = result.unwrap_err();
        assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::CircuitOpen, 0, None));
    }
    assert_eq!(forms!(POLICY, unreached; .breaker(&breaker).fallback(|_| Ok(()))), [const { Ok(()) }; 5]);
    for result in explained!(POLICY, unreached; .breaker(&breaker).fallback(|_| Err(Failed::Down(9)))) {
        let error = result.unwrap_err();
        assert_eq!((error.attempts(), error.last()), (0, Some(&Failed::Down(9))), "it is no refusal");
    }
}

#[test]
fn a_breaker_sees_every_attempt_and_ends_the_call_with_the_last_real_error() {
    let guard = testing::no_wait();
    for policy in [POLICY.max(9), POLICY.max(9).base(Duration::from_secs(61))] {
        let breaker = RefCell::new(breaker());
        let attempts = Cell::new(0);
        macro_rules! ends {
            ($call:ident) => {{
                *breaker.borrow_mut() = self::breaker();
                let breaker = breaker.borrow();
                attempts.set(0);
                let fail = || {
                    attempts.set(attempts.get() + 1);
                    Err::<(), _>(Failed::Down(attempts.get()))
                };
                assert_eq!($call!(fail, policy, &*breaker), Err(Failed::Down(attempts.get())));
                (attempts.get(), breaker.state())
            }};
        }
        macro_rules! blocking {
            ($fail:expr, $policy:expr, $breaker:expr) => {
                $policy.retry($fail).breaker($breaker).run()
            };
        }
        macro_rules! later {
            ($fail:expr, $policy:expr, $breaker:expr) => {
                finish($policy.retry_async(async || $fail()).name("fetch").breaker($breaker))
            };
        }
        macro_rules! lending {
            ($fail:expr, $policy:expr, $breaker:expr) => {
                finish($policy.retry_async_mut(async || $fail()).breaker($breaker).run())
            };
        }
        let expected = ends!(blocking);
        assert!(expected.0 >= 3);
        assert_eq!(expected.1, CircuitState::Open);
        assert_eq!(ends!(later), expected);
        assert_eq!(ends!(lending), expected);
    }
    drop(guard);
}

#[test]
fn a_breaker_that_opens_during_the_wait_ends_the_call() {
    let _guard = testing::no_wait();
    let breaker = self::breaker();
    let call = POLICY.retry(|| Err::<(), _>(Failed::Down(1))).breaker(&breaker);
    let error = call.on_retry(|_| breaker.force_open()).run_or_explain().unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 1));
    assert_eq!(error.into_last(), Some(Failed::Down(1)));
    let breaker = self::breaker();
    let call = POLICY.retry_async(|| ready(Err::<(), _>(Failed::Down(1)))).breaker(&breaker);
    let error = finish(call.on_retry(|_| breaker.force_open()).run_or_explain()).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 1));
    assert_eq!(error.into_last(), Some(Failed::Down(1)));
}

#[test]
fn a_call_inside_a_trial_goes_through_on_it() {
    let guard = testing::no_wait();
    let breaker = breaker();
    let inner = || POLICY.retry(|| Ok::<_, Failed>(7)).breaker(&breaker).run();
    let half_open = || {
        breaker.reset();
        for _ in 0..3 {
            breaker.acquire().unwrap().failure();
        }
        guard.advance(Duration::from_secs(60));
    };
    half_open();
    assert_eq!(POLICY.retry(inner).breaker(&breaker).run(), Ok(7));
    assert_eq!(breaker.state(), CircuitState::Closed);
    half_open();
    assert_eq!(finish(POLICY.retry_async(async || inner()).breaker(&breaker)), Ok(7));
    assert_eq!(breaker.state(), CircuitState::Closed);
    half_open();
    assert_eq!(finish(POLICY.retry_async_mut(async || inner()).breaker(&breaker).run()), Ok(7));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[test]
fn what_lends_a_breaker_or_a_budget_is_taken() {
    static LAZY: LazyLock<CircuitBreaker> = LazyLock::new(breaker);
    let _guard = testing::no_wait();
    let (some, none) = (Some(Arc::new(breaker())), None::<Arc<CircuitBreaker>>);
    let fail = || Err::<(), _>(Failed::Down(1));
    assert!(POLICY.retry(fail).breaker(&LAZY).budget(&None::<RetryBudget>).run().is_err());
    assert!(POLICY.retry(fail).breaker(&some).run().is_err());
    assert!(POLICY.retry(fail).breaker(&none).run().is_err());
    assert_eq!((LAZY.state(), some.unwrap().state()), (CircuitState::Open, CircuitState::Open));
}

/// A client as a library would write it: its rules have a name.
struct Client {
    retry: RetryRules<Failed>,
    breaker: Arc<CircuitBreaker>,
    told: Arc<AtomicU32>,
}

impl Client {
    fn new() -> Client {
        let (breaker, told) = (Arc::new(breaker()), Arc::new(AtomicU32::new(0)));
        let count = Arc::clone(&told);
        let retry = POLICY
            .rules::<Failed>()
            .name("client")
            .when(|error| *error != Failed::Down(0))
            .log_errors()
            .log(LogLevel::Info)
            .on_retry(move |event| {
                assert_eq!((event.operation(), event.value()), ("client", None));
                count.fetch_add(1, Relaxed);
            })
            .breaker(Arc::clone(&breaker))
            .boxed();
        Client { retry, breaker, told }
    }
}

#[test]
fn rules_have_a_type_that_can_be_named() {
    fn assert_shared<T: Clone + Send + Sync + std::fmt::Debug>(_: &T) {}

    let guard = testing::no_wait();
    let client = Client::new();
    assert_shared(&client.retry);
    assert!(format!("{:?}", client.retry).starts_with("RetryRules { policy: Policy"));
    assert_eq!(client.retry.retry(|| Err::<u32, _>(Failed::Down(0))).run(), Err(Failed::Down(0)));
    assert_eq!(guard.delays(), []);
    assert_eq!(client.retry.retry(|| Err::<String, _>(Failed::Down(1))).run(), Err(Failed::Down(1)));
    assert_eq!((guard.delays(), client.told.load(Relaxed)), (secs([1, 2]), 2));
    assert_eq!(client.breaker.state(), CircuitState::Open);
    assert_eq!(finish(client.retry.retry_async(async || Ok::<_, Failed>(()))), Err(Failed::Refused));
    client.breaker.reset();
    let rules = client.retry.clone();
    drop(client);
    let results =
        forms!(rules, || Err::<u32, _>(Failed::Down(0)); .on_give_up(|event| assert_eq!(event.attempt(), 1)));
    assert_eq!(results, [const { Err(Failed::Down(0)) }; 5]);
}

#[test]
fn rules_are_a_step_of_a_call_with_a_policy_of_its_own() {
    let guard = testing::no_wait();
    let rules = Policy::new().rules::<Down>().when(|error| error.0 == 1).name("shared").boxed();
    let policy = POLICY.max(2);
    assert_eq!(forms!(policy, || Err::<(), _>(Down(1)); .rules(&rules)), [const { Err(Down(1)) }; 5]);
    assert_eq!(guard.delays(), secs([1; 5]));
    assert_eq!(forms!(policy, || Err::<(), _>(Down(2)); .rules(&rules)), [const { Err(Down(2)) }; 5]);
    assert_eq!(
        forms!(policy, || Err::<(), _>(Down(1)); .rules(&rules).when(|_| false)),
        [const { Err(Down(1)) }; 5]
    );
    assert_eq!(guard.delays(), secs([1; 5]));
}

#[tokio::test(start_paused = true)]
async fn rules_limit_attempts_and_start_calls_anew() {
    let rules = POLICY.rules::<io::Error>().attempt_timeout(5 * SECOND).retryable().boxed();
    let start = tokio::time::Instant::now();
    let error = rules.retry_async(pending::<io::Result<()>>).run_or_explain().await.unwrap_err();
    assert_eq!((error.attempts(), error.elapsed()), (3, 18 * SECOND));
    assert_eq!(start.elapsed(), 18 * SECOND);
    assert!(rules.retry_async_mut(pending::<io::Result<()>>).run().await.is_err());
    assert!(rules.run_async(pending::<io::Result<()>>).await.is_err());
    assert_eq!(start.elapsed(), 3 * 18 * SECOND);
    let session = Cell::new(0);
    let rules = POLICY.rules::<io::Error>().restart_after(60 * SECOND).boxed();
    let call = rules.retry_async_with(|call| {
        session.set(session.get() + 1);
        let lasts = if session.get() == 2 { 90 * SECOND } else { SECOND };
        async move {
            tokio::time::sleep(lasts).await;
            Err::<(), _>(io::Error::other(call.attempt().to_string()))
        }
    });
    let error = call.run_or_explain().await.unwrap_err();
    assert_eq!((error.attempts(), error.into_last().unwrap().to_string()), (4, "3".to_owned()));
}
