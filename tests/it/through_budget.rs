//! A retry budget in the loop.

use std::cell::Cell;
use std::time::Duration;

use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, FailureKind, GiveUpReason, RetryBudget, RetryError,
    Retryable, retry, testing,
};

use crate::support::{Down, Flaky, run, secs};

/// Saves up `tokens`, which calls do not add to.
fn purse(tokens: u32) -> RetryBudget {
    RetryBudget::new().ratio(0.0).reserve_per_second(tokens).ttl(Duration::from_secs(1))
}

#[retry(max = 3, jitter = none, budget = budget)]
fn fetch(budget: &RetryBudget, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[test]
fn what_cannot_be_paid_for_ends_the_call_before_the_wait() {
    let guard = testing::no_wait();
    let (budget, flaky) = (purse(1).ttl(Duration::from_secs(1)).reserve_per_second(1), Flaky::broken());
    assert_eq!(fetch(&budget, &flaky), Err(Down(3)), "the reserve refills during the wait of 1 s");
    assert_eq!(guard.delays(), secs([1, 2]));

    let (budget, flaky) = (RetryBudget::new().ratio(1.0).reserve_per_second(0), Flaky::broken());
    assert_eq!(fetch(&budget, &flaky), Err(Down(2)));
    assert_eq!(guard.delays(), secs([1, 2, 1]));
}

#[test]
fn a_call_pays_in_once_and_a_retry_takes_out() {
    let _guard = testing::no_wait();
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    for calls in 1..=3 {
        assert_eq!(fetch(&budget, &Flaky::failing(0)), Ok(1));
        assert_eq!(budget.balance(), calls);
    }
    assert_eq!(fetch(&budget, &Flaky::failing(2)), Ok(3));
    assert_eq!(budget.balance(), 3 + 1 - 2);
}

#[test]
fn nothing_is_taken_for_a_retry_that_is_not_made() {
    #[retry(unless = Down, budget = budget)]
    fn permanent(budget: &RetryBudget) -> Result<u32, Down> {
        Err(Down(1))
    }

    #[retry(max = 2, budget = budget)]
    fn twice(budget: &RetryBudget) -> Result<u32, Down> {
        Err(Down(1))
    }

    let _guard = testing::no_wait();
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    assert!(permanent(&budget).is_err());
    assert_eq!(budget.balance(), 1);
    assert!(twice(&budget).is_err());
    assert_eq!(budget.balance(), 1 + 1 - 1, "the last attempt is not followed by another");
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    Down,
    Busy,
    TimedOut,
    Open,
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        Failure::TimedOut
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Self {
        Failure::Open
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        (*self == Failure::Busy).then_some(Duration::ZERO)
    }
}

#[tokio::test]
async fn each_kind_of_failure_has_its_price() {
    #[retry(max = 2, attempt_timeout = "1ms", budget = budget)]
    async fn fail_once(budget: &RetryBudget, attempts: &Cell<u32>, failure: Failure) -> Result<u32, Failure> {
        attempts.set(attempts.get() + 1);
        match failure {
            _ if attempts.get() == 2 => Ok(2),
            Failure::TimedOut => std::future::pending().await,
            failure => Err(failure),
        }
    }

    let _guard = testing::no_wait();
    for (failure, price) in [(Failure::Down, 1), (Failure::Busy, 3), (Failure::TimedOut, 5)] {
        let budget = RetryBudget::new()
            .ratio(10.0)
            .reserve_per_second(0)
            .cost(FailureKind::Throttled, 3)
            .cost(FailureKind::Timeout, 5);
        assert_eq!(fail_once(&budget, &Cell::new(0), failure).await, Ok(2));
        assert_eq!(budget.balance(), 10 - price, "{failure:?}");
    }
}

#[test]
fn a_retry_that_succeeds_gets_its_price_back() {
    let _guard = testing::no_wait();
    let budget =
        RetryBudget::new().ratio(4.0).reserve_per_second(0).cost(FailureKind::Error, 2).refund_on_success();
    assert_eq!(fetch(&budget, &Flaky::failing(1)), Ok(2));
    assert_eq!(budget.balance(), 4);
    assert_eq!(fetch(&budget, &Flaky::failing(0)), Ok(1));
    assert_eq!(budget.balance(), 8, "there was no retry");
    assert_eq!(fetch(&budget, &Flaky::failing(2)), Ok(3));
    assert_eq!(budget.balance(), 8 + 4 - 2, "the first retry was in vain");
    assert!(fetch(&budget, &Flaky::broken()).is_err());
    assert_eq!(budget.balance(), 10 + 4 - 4);
}

/// Returns a budget with `tokens`, to which calls that fail and the time add nothing.
fn saved(tokens: u32) -> RetryBudget {
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0).earn_on_success().refund_on_success();
    (0..tokens).for_each(|_| budget.deposit());
    budget
}

#[test]
fn a_retry_that_the_breaker_refuses_after_its_wait_stays_paid() {
    #[retry(
        max = 3, jitter = none, budget = budget, breaker = breaker, error = Down,
        on_retry = |_| breaker.force_open(),
    )]
    fn refused(
        budget: &RetryBudget,
        breaker: &CircuitBreaker,
        flaky: &Flaky,
    ) -> Result<u32, RetryError<Down>> {
        flaky.call()
    }

    let _guard = testing::no_wait();
    let budget = saved(3);
    let error = refused(&budget, &CircuitBreaker::new(), &Flaky::broken()).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::CircuitOpen, 1));
    assert_eq!(budget.balance(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_wait_is_cancelled_stays_paid() {
    #[retry(
        max = 3, base = "1s", jitter = none, budget = budget,
        cancel = tokio::time::sleep(Duration::from_millis(10)),
    )]
    async fn cancelled(budget: &RetryBudget, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 3, base = "1s", jitter = none, budget = budget)]
    async fn dropped(budget: &RetryBudget, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let budget = saved(3);
    assert_eq!(cancelled(&budget, &Flaky::broken()).await, Err(Down(1)));
    assert_eq!(budget.balance(), 2);

    let budget = saved(3);
    let flaky = Flaky::broken();
    let call = tokio::time::timeout(Duration::from_millis(10), dropped(&budget, &flaky));
    assert!(call.await.is_err(), "the call waits");
    assert_eq!(budget.balance(), 2);
}

#[test]
fn the_reason_is_told() {
    #[retry(error = Down, budget = budget)]
    fn fetch(budget: &RetryBudget, flaky: &Flaky) -> Result<u32, RetryError<Down>> {
        flaky.call()
    }

    let error = fetch(&RetryBudget::new().ratio(0.0).reserve_per_second(0), &Flaky::broken()).unwrap_err();
    assert_eq!((error.reason(), error.last()), (GiveUpReason::BudgetExhausted, Some(&Down(1))));
}

/// What ends a call whose breaker opens at its first failure, and whose budget is `budget`.
fn reason(policy: reattempt::Policy, budget: &RetryBudget, breaker: &CircuitBreaker) -> GiveUpReason {
    #[retry(policy = policy, error = Failure, budget = budget, breaker = breaker)]
    fn fail(
        policy: reattempt::Policy,
        budget: &RetryBudget,
        breaker: &CircuitBreaker,
    ) -> Result<u32, RetryError<Failure>> {
        Err(Failure::Down)
    }

    let _guard = testing::no_wait();
    fail(policy, budget, breaker).unwrap_err().reason()
}

#[test]
fn the_breaker_is_asked_before_the_budget_and_both_after_the_policy() {
    let policy = reattempt::Policy::new();
    let fragile = || CircuitBreaker::new().consecutive_failures(1);
    let empty = || RetryBudget::new().ratio(0.0).reserve_per_second(0);
    assert_eq!(reason(policy.max(1), &empty(), &fragile()), GiveUpReason::MaxAttempts);
    assert_eq!(
        reason(policy.deadline(Duration::from_nanos(1)), &empty(), &fragile()),
        GiveUpReason::Deadline
    );
    assert_eq!(reason(policy, &empty(), &fragile()), GiveUpReason::CircuitOpen);
    assert_eq!(reason(policy, &empty(), &CircuitBreaker::new()), GiveUpReason::BudgetExhausted);
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    assert_eq!(reason(policy, &budget, &fragile()), GiveUpReason::CircuitOpen);
    assert_eq!(budget.balance(), 1, "the budget was not asked");
}

#[test]
fn a_call_that_the_breaker_refuses_pays_nothing_in() {
    let breaker = CircuitBreaker::new();
    breaker.force_open();
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    assert_eq!(reason(reattempt::Policy::new(), &budget, &breaker), GiveUpReason::CircuitOpen);
    assert_eq!(budget.balance(), 0);
}

#[test]
fn there_may_be_none() {
    #[retry(max = 3, budget = budget)]
    fn fetch(budget: Option<&RetryBudget>, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let _guard = testing::no_wait();
    assert_eq!(fetch(None, &Flaky::failing(2)), Ok(3));
    let empty = RetryBudget::new().ratio(0.0).reserve_per_second(0);
    assert_eq!(fetch(Some(&empty), &Flaky::failing(2)), Err(Down(1)));
}

#[test]
fn async_calls_and_impl_blocks_share_it() {
    struct Client(RetryBudget);

    #[retry(max = 2, budget = self.0)]
    impl Client {
        fn get(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        async fn put(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }
    }

    let _guard = testing::no_wait();
    let client = Client(RetryBudget::new().ratio(0.5).reserve_per_second(0));
    assert_eq!(client.get(&Flaky::failing(1)), Err(Down(1)));
    assert_eq!(run(client.put(&Flaky::failing(1))), Ok(2));
    assert_eq!(client.get(&Flaky::failing(1)), Err(Down(1)));
}

/// An attempt at something whose value 0 is not accepted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Attempted {
    Value(u32),
    Fails(Failure),
}

fn earning(tokens: u32, earns: bool) -> RetryBudget {
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
    (0..tokens).for_each(|_| budget.deposit());
    if earns { budget.earn_on_success() } else { budget }
}

#[test]
fn deposits_come_from_all_calls_or_from_those_that_succeed() {
    use Attempted::{Fails, Value};
    use Failure::{Busy, Down};

    #[retry(max = 3, budget = budget, retry_ok = |value| *value == 0, unless = Failure::Open)]
    fn call(budget: &RetryBudget, attempts: &mut std::slice::Iter<'_, Attempted>) -> Result<u32, Failure> {
        match attempts.next().expect("no more attempts") {
            Value(value) => Ok(*value),
            Fails(failure) => Err(*failure),
        }
    }

    #[retry(max = 3, budget = budget, retry_ok = |value| *value == 0, unless = Failure::Open)]
    async fn call_async(
        budget: &RetryBudget,
        attempts: &mut std::slice::Iter<'_, Attempted>,
    ) -> Result<u32, Failure> {
        match attempts.next().expect("no more attempts") {
            Value(value) => Ok(*value),
            Fails(failure) => Err(*failure),
        }
    }

    fn closure(budget: &RetryBudget, attempts: &mut std::slice::Iter<'_, Attempted>) -> Result<u32, Failure> {
        let operation = || match attempts.next().expect("no more attempts") {
            Value(value) => Ok(*value),
            Fails(failure) => Err(*failure),
        };
        let policy = reattempt::Policy::new();
        let call = policy.retry(operation).when(|failure| *failure != Failure::Open);
        call.retry_ok(|value| *value == 0).budget(budget).run()
    }

    type Form = fn(&RetryBudget, &mut std::slice::Iter<'_, Attempted>) -> Result<u32, Failure>;
    let forms: [Form; 3] = [call, |budget, attempts| run(call_async(budget, attempts)), closure];
    let _guard = testing::no_wait();
    for form in forms {
        // Tokens at the start, the attempts, and the tokens at the end without and with the setting.
        for (tokens, attempts, of_all, of_successes) in [
            (0, &[Value(1)][..], 1, 1),
            (5, &[Fails(Down), Value(1)], 5, 5),
            (5, &[Fails(Down), Fails(Busy), Value(1)], 4, 4),
            (5, &[Value(0), Value(1)], 5, 5),
            (5, &[Fails(Failure::Open)], 6, 5), // never retried
            (5, &[Fails(Down); 3], 4, 3),
            (5, &[Value(0); 3], 4, 3),
            (5, &[Fails(Down), Fails(Failure::Open)], 5, 4),
        ] {
            for (earns, expected) in [(false, of_all), (true, of_successes)] {
                let (budget, mut left) = (earning(tokens, earns), attempts.iter());
                let _ = form(&budget, &mut left);
                assert_eq!(left.len(), 0, "{attempts:?}");
                assert_eq!(budget.balance(), expected, "{attempts:?}, on success alone: {earns}");
            }
        }
        // The first retry is paid for by the call itself, or not at all.
        for (earns, expected) in [(false, Ok(1)), (true, Err(Down))] {
            assert_eq!(form(&earning(0, earns), &mut [Fails(Down), Value(1)].iter()), expected);
        }
    }
}

#[test]
fn a_call_that_is_dropped_or_panics_earns_nothing() {
    #[retry(max = 3, budget = budget)]
    fn panics(budget: &RetryBudget) -> Result<u32, Down> {
        panic!("in the attempt")
    }

    #[retry(max = 3, budget = budget)]
    async fn never(budget: &RetryBudget) -> Result<u32, Down> {
        std::future::pending().await
    }

    for (earns, expected) in [(false, 2), (true, 0)] {
        let budget = earning(0, earns);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| panics(&budget))).is_err());
        assert_eq!(crate::support::poll(std::pin::pin!(never(&budget)), 3), None);
        assert_eq!(budget.balance(), expected);
    }
}

#[test]
fn a_success_that_earns_gets_its_price_back_too() {
    let _guard = testing::no_wait();
    let budget = earning(5, true).cost(FailureKind::Error, 2).refund_on_success();
    assert_eq!(fetch(&budget, &Flaky::failing(1)), Ok(2));
    assert_eq!(budget.balance(), 5 - 2 + 1 + 2);
}

#[test]
fn retries_stop_in_an_outage_if_only_successes_pay() {
    let _guard = testing::no_wait();
    for (earns, retries) in [(false, 205), (true, 5)] {
        let budget = earning(5, earns).ratio(0.2);
        let flaky = Flaky::broken();
        for _ in 0..1000 {
            fetch(&budget, &flaky).unwrap_err();
        }
        assert_eq!(flaky.calls(), 1000 + retries);
    }
}
