//! The traits that public types implement, and what a program can make of them by itself.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reattempt::observe::{
    AnyGiveUpEvent, AnyRetryEvent, BudgetEvent, CircuitEvent, CircuitRefusalEvent, Facts, HedgeEvent,
    RecoveryEvent, ThrottleEvent,
};
use reattempt::{
    Backoff, CircuitState, ExplainedFuture, FailureKind, GiveUpReason, HintMode, InvalidPolicy, Jitter,
    LogLevel, Observer, Policy, RetryError, RulesBuilder, Stats, testing,
};

#[test]
fn plain_values_are_keys_of_maps() {
    fn is_key<T: Clone + Copy + Debug + Eq + Hash>(value: T) {
        assert!(HashSet::from([value]).contains(&value));
    }

    is_key(Backoff::LinearBy(Duration::from_secs(1)));
    is_key(CircuitState::Open);
    is_key(FailureKind::Timeout);
    is_key(GiveUpReason::Deadline);
    is_key(HintMode::Exact);
    is_key(InvalidPolicy::Factor);
    is_key(LogLevel::Warn);
}

#[test]
fn the_error_of_a_call_is_cloned_and_compared_as_its_last_error_is() {
    fn is_error<T: Clone + Eq + Error + Send + Sync + 'static>(_: &T) {}

    let _guard = testing::no_wait();
    let call = |attempts| {
        let policy = Policy::new().jitter(Jitter::None).max(attempts);
        policy.retry(|| Err::<(), _>(GiveUp)).run_or_explain().unwrap_err()
    };
    let error = call(3);
    is_error(&error);
    assert_eq!(error.clone(), error);
    assert_eq!(error.clone().to_string(), error.to_string());
    assert_eq!(format!("{:?}", error.clone()), format!("{error:?}"));
    assert_ne!(error, call(2));
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct GiveUp;

impl Display for GiveUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

impl Error for GiveUp {}

#[test]
fn the_types_of_steps_have_names() {
    fn rules<E, R>(builder: RulesBuilder<E, R>) -> RulesBuilder<E, R> {
        builder
    }

    async fn explained<F, M, T, E>(call: ExplainedFuture<F, M>) -> Result<T, RetryError<E>>
    where
        ExplainedFuture<F, M>: Future<Output = Result<T, RetryError<E>>>,
    {
        call.await
    }

    let _guard = testing::no_wait();
    let rules = rules(Policy::new().max(2).rules::<&str>()).boxed();
    let call = rules.retry_async(async || Err::<(), _>("down")).run_or_explain();
    assert_eq!(crate::support::finish(explained(call)).unwrap_err().attempts(), 2);
}

/// Writes down each event.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn note(&self, event: impl Debug) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

impl Observer for Recorder {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        self.note(event);
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        self.note(event);
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        self.note(event);
    }

    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        self.note(event);
    }

    fn circuit_refused(&self, event: &CircuitRefusalEvent<'_>) {
        self.note(event);
    }

    fn budget_refused(&self, event: &BudgetEvent<'_>) {
        self.note(event);
    }

    fn throttled(&self, event: &ThrottleEvent<'_>) {
        self.note(event);
    }

    fn hedge_won(&self, event: &HedgeEvent<'_>) {
        self.note(event);
    }
}

#[test]
fn a_test_builds_events_for_an_observer_in_a_box() {
    let recorder = Arc::new(Recorder::default());
    let stats = Arc::new(Stats::new());
    let observers: Box<dyn Observer> = Box::new((Arc::clone(&recorder), Arc::clone(&stats)));
    let observers: Box<dyn Observer> = Box::new(observers);

    let facts =
        Facts::new(&"fetch 7", "fetch {id}").attempt(2).max_attempts(3).elapsed(Duration::from_secs(5));
    observers.retry_scheduled(&AnyRetryEvent::new(&facts, Duration::from_secs(1), &"busy"));
    observers.recovered(&RecoveryEvent::new(&Facts::new(&"fetch 7", "fetch {id}")));
    observers.gave_up(&AnyGiveUpEvent::new(&facts, GiveUpReason::Deadline, &"busy"));
    observers.circuit_changed(&CircuitEvent::new("db", CircuitState::Closed, CircuitState::Open));
    observers.circuit_refused(&CircuitRefusalEvent::new("db", CircuitState::Open, Duration::from_secs(30)));
    observers.budget_refused(&BudgetEvent::new("retries", 0));
    observers.throttled(&ThrottleEvent::new("search", 0.5));
    observers.hedge_won(&HedgeEvent::new(&"fetch {id}", "fetch {id}", 1, 1, Duration::from_millis(50)));

    let common = "operation: fetch 7, label: \"fetch {id}\"";
    assert_eq!(
        *recorder.0.lock().unwrap(),
        [
            &format!(
                "AnyRetryEvent {{ {common}, attempt: 2, max_attempts: Some(3), elapsed: 5s, delay: 1s, error: busy }}"
            ),
            &format!("RecoveryEvent {{ {common}, attempt: 1, max_attempts: None, elapsed: 0ns }}"),
            &format!(
                "AnyGiveUpEvent {{ {common}, attempt: 2, max_attempts: Some(3), elapsed: 5s, reason: Deadline, \
                 error: busy }}"
            ),
            "CircuitEvent { breaker: \"db\", from: Closed, to: Open }",
            "CircuitRefusalEvent { breaker: \"db\", state: Open, retry_in: 30s }",
            "BudgetEvent { budget: \"retries\", balance: 0 }",
            "ThrottleEvent { throttle: \"search\", probability: 0.5 }",
            "HedgeEvent { operation: fetch {id}, label: \"fetch {id}\", attempt: 1, copy: 1, delay: 50ms }",
        ]
    );
    let snapshot = stats.snapshot();
    assert_eq!(snapshot.operations[0].gave_up, [(GiveUpReason::Deadline, 1)]);
    assert_eq!((snapshot.breakers[0].state, snapshot.budgets[0].refused), (CircuitState::Open, 1));
}
