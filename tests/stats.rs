//! What `Stats` counts. A binary of its own: the observer is set once for the whole process.

use std::cell::Cell;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use reattempt::observe::OperationStats;
use reattempt::testing::Guard;
use reattempt::{
    CircuitBreaker, CircuitState, GiveUpReason, Jitter, Policy, RetryBudget, RetryError, Stats, retry,
    set_observer, testing,
};

static STATS: Stats = Stats::new();

/// Starts to count, for the process. Each test has operations of its own.
fn count() -> Guard {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| set_observer(&STATS).expect("it is the first"));
    testing::no_wait()
}

#[track_caller]
fn of(operation: &str) -> OperationStats {
    let counted = STATS.snapshot().operations.into_iter().find(|counted| counted.operation == operation);
    counted.expect("the operation has failed")
}

fn errors(stats: &OperationStats) -> Vec<(&str, u64)> {
    stats.errors.iter().map(|error| (error.error.as_str(), error.count)).collect()
}

#[retry(max = 3, base = "1s", jitter = none, unless = &"forbidden", name = "store {key}")]
fn store(key: &str, failures: &[&'static str], attempts: &Cell<usize>) -> Result<(), &'static str> {
    let attempt = attempts.replace(attempts.get() + 1);
    failures.get(attempt).map_or(Ok(()), |error| Err(*error))
}

fn call(key: &str, failures: &[&'static str]) -> Result<(), &'static str> {
    store(key, failures, &Cell::new(0))
}

#[test]
fn calls_are_counted_by_label_and_how_they_ended() {
    let _guard = count();
    assert_eq!(call("a", &[]), Ok(()));
    assert_eq!(call("b", &["forbidden"]), Err("forbidden"));
    assert_eq!(call("c", &["busy", "slow"]), Ok(()));
    assert_eq!(call("d", &["slow"]), Ok(()));
    assert_eq!(call("e", &["slow"; 3]), Err("slow"));
    assert_eq!(call("f", &["slow"; 3]), Err("slow"));

    let stats = of("store {key}");
    assert_eq!((stats.calls_retried, stats.retries, stats.recovered), (4, 1 + 2 + 2 + 2, 2));
    assert_eq!(stats.attempts, 1 + 3 + 2 + 3 + 3);
    assert_eq!(stats.gave_up, [(GiveUpReason::MaxAttempts, 2), (GiveUpReason::NotRetryable, 1)]);
    assert_eq!(stats.total_give_ups(), 3);
    assert_eq!(stats.total_delay, Duration::from_secs(1 + 3 + 3 + 3));
    assert_eq!(stats.mean_delay(), Duration::from_secs(10) / 7);
    assert_eq!(errors(&stats), [("slow", 8), ("forbidden", 1), ("busy", 1)]);
    // Operations stand in the order of their names, and this is the last. A table of breakers may follow.
    let table = STATS.to_string();
    let row = table.split_once("store {key} ").map(|(_, row)| row.split("\n\n").next().unwrap().trim_end());
    assert_eq!(row, Some(ROW.trim_end()), "{table}");
}

const ROW: &str = "       4        7          2        3        1.4s
  gave up: 2 × max_attempts
  gave up: 1 × not_retryable
  error: 8 × slow
  error: 1 × forbidden
  error: 1 × busy
";

#[test]
fn a_call_that_was_not_retried_has_no_mean_delay() {
    let _guard = count();
    assert!(Policy::new().max(1).retry(|| Err::<(), _>(())).name("once").run().is_err());
    let stats = of("once");
    assert_eq!((stats.calls_retried, stats.retries, stats.mean_delay()), (0, 0, Duration::ZERO));
    assert_eq!(stats.gave_up, [(GiveUpReason::MaxAttempts, 1)]);
}

#[test]
fn threads_count_together() {
    const THREADS: u64 = 8;
    const CALLS: u64 = 500;
    const POLICY: Policy = Policy::new().max(3).base(Duration::from_secs(2)).jitter(Jitter::None);

    drop(count());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                let _guard = count();
                for call in 0..CALLS {
                    let mut failures = (thread + call) % 4;
                    let operation = || match failures {
                        0 => Ok(()),
                        _ => {
                            failures -= 1;
                            Err("busy")
                        }
                    };
                    let _ = POLICY.retry(operation).name("parallel").log_errors().run();
                }
            });
        }
    });

    // Of four calls one succeeds at once, two recover, one gives up.
    let (stats, quarter) = (of("parallel"), THREADS * CALLS / 4);
    assert_eq!(
        (stats.calls_retried, stats.retries, stats.recovered),
        (3 * quarter, 5 * quarter, 2 * quarter)
    );
    assert_eq!(stats.gave_up, [(GiveUpReason::MaxAttempts, quarter)]);
    assert_eq!(stats.total_delay, Duration::from_secs((2 + (2 + 4) + (2 + 4)) * quarter));
    assert_eq!(errors(&stats), [("busy", 6 * quarter)]);
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let _guard = count();
    let policy = Policy::new().max(1);
    assert!(policy.retry(|| Err::<(), _>(())).name("again").run().is_err());
    let before = of("again");
    assert!(policy.retry(|| Err::<(), _>(())).name("again").run().is_err());
    assert_eq!((before.total_give_ups(), of("again").total_give_ups()), (1, 2));
}

#[test]
fn an_attempt_is_counted_once_however_its_call_ends() {
    static OPEN: CircuitBreaker = CircuitBreaker::new();
    static OPENS: CircuitBreaker = CircuitBreaker::new();

    #[retry(cancel = |_| end.get(), on_retry = |_| end.set(true), name = "cancelled")]
    fn cancelled(end: &Cell<bool>) -> io::Result<()> {
        Err(io::ErrorKind::TimedOut.into())
    }

    #[retry(breaker = OPENS, on_retry = |_| OPENS.force_open(), error = io::Error, name = "opens")]
    fn opens() -> Result<(), RetryError<io::Error>> {
        Err(io::ErrorKind::TimedOut.into())
    }

    #[retry(breaker = OPEN, error = io::Error, name = "open")]
    fn open() -> Result<(), RetryError<io::Error>> {
        unreachable!("the breaker is open")
    }

    let _guard = count();
    assert!(cancelled(&Cell::new(false)).is_err());
    assert!(opens().is_err());
    OPEN.force_open();
    assert!(open().is_err());
    for (operation, reason, attempts) in [
        ("cancelled", GiveUpReason::Cancelled, 1),
        ("opens", GiveUpReason::CircuitOpen, 1),
        ("open", GiveUpReason::CircuitOpen, 0),
    ] {
        let stats = of(operation);
        assert_eq!(stats.gave_up, [(reason, 1)]);
        assert_eq!(stats.attempts, attempts, "{operation}");
        assert_eq!(stats.errors.iter().map(|error| error.count).sum::<u64>(), 1, "{operation}");
    }
}

#[test]
fn breakers_and_budgets_are_counted_by_name() {
    #[retry(breaker = breaker, budget = budget, jitter = none, name = "guarded", error = &'static str)]
    fn fetch(breaker: &CircuitBreaker, budget: &RetryBudget) -> Result<(), RetryError<&'static str>> {
        Err("down")
    }

    let guard = count();
    let breaker = CircuitBreaker::new().name("stats db").consecutive_failures(2);
    let budget = RetryBudget::new().name("stats retries").reserve_per_second(1).ttl(Duration::from_secs(3));

    let find = || {
        let snapshot = STATS.snapshot();
        let breaker = snapshot.breakers.into_iter().find(|counted| counted.breaker == "stats db");
        let budget = snapshot.budgets.into_iter().find(|counted| counted.budget == "stats retries");
        (breaker.expect("it has opened"), budget.expect("it has paid"))
    };
    assert!(breaker.call(|| Ok::<_, io::Error>(())).is_ok());
    // One retry is paid for; then the circuit opens, and refuses another retry and two calls.
    for _ in 0..3 {
        assert!(fetch(&breaker, &budget).is_err());
    }
    let (counted, paid) = find();
    assert_eq!((counted.state, counted.opened(), counted.refused), (CircuitState::Open, 1, 3));
    assert_eq!((paid.balance, paid.withdrawn, paid.refused), (2, 1, 0));
    guard.advance(Duration::from_secs(30));
    assert!(breaker.call(|| Ok::<_, io::Error>(())).is_ok());
    let (counted, _) = find();
    assert_eq!((counted.state, counted.opened(), counted.refused), (CircuitState::Closed, 1, 3));
    assert_eq!(counted.changes.len(), 3);
}
