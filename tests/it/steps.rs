//! Calls step by step, in loops of their callers.

use std::cell::Cell;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io::{self, ErrorKind};
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use reattempt::GiveUpReason::{Deadline, HintTooLong, MaxAttempts, NotRetryable};
use reattempt::{
    Attempts, CircuitBreaker, GiveUpReason, Jitter, Policy, RetryError, Retryable, retry, testing,
};

use crate::names::told;
use crate::support::{Down, Flaky, assert_send, finish, secs};

const POLICY: Policy = Policy::new().max(4).jitter(Jitter::None);

const SECOND: Duration = Duration::from_secs(1);

/// The loop that most callers write.
fn run<T, E: Error + 'static>(
    attempts: &mut Attempts,
    mut attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, (GiveUpReason, E)> {
    loop {
        match attempt() {
            Ok(value) => {
                attempts.succeeded();
                return Ok(value);
            }
            Err(error) => match attempts.failed(&error) {
                Continue(delay) => attempts.block(delay),
                Break(reason) => return Err((reason, error)),
            },
        }
    }
}

/// What is decided about the first failure of a call.
fn decided(error: &(dyn Error + 'static)) -> ControlFlow<GiveUpReason, Duration> {
    POLICY.attempts().failed(error)
}

#[test]
fn a_loop_of_ones_own_runs_as_a_closure_does() {
    let guard = testing::no_wait();
    let flaky = Flaky::failing(3);
    assert_eq!(run(&mut POLICY.attempts(), || flaky.call()), Ok(4));
    assert_eq!(guard.delays(), secs([1, 2, 4]));
    let flaky = Flaky::broken();
    assert_eq!(run(&mut POLICY.attempts(), || flaky.call()), Err((MaxAttempts, Down(4))));
    assert_eq!(guard.delays(), secs([1, 2, 4, 1, 2, 4]));
}

#[test]
fn attempts_are_numbered_from_one() {
    let mut attempts = POLICY.attempts();
    for (number, decision) in
        [(1, Continue(SECOND)), (2, Continue(2 * SECOND)), (3, Continue(4 * SECOND)), (4, Break(MaxAttempts))]
    {
        assert_eq!(attempts.attempt(), number);
        assert_eq!(attempts.failed(&Down(number)), decision);
    }
    assert_eq!(attempts.attempt(), 4, "there is no fifth");
}

#[test]
fn a_failure_after_the_end_has_the_same_answer_and_no_event() {
    let told = told(|_| {
        let mut attempts = POLICY.attempts();
        assert_eq!(attempts.failed(&io::Error::from(ErrorKind::NotFound)), Break(NotRetryable));
        for _ in 0..3 {
            assert_eq!(attempts.failed(&Down(2)), Break(NotRetryable));
            assert_eq!(attempts.failed_unjudged(), Break(NotRetryable));
        }
        attempts.restart();
        assert_eq!(attempts.failed(&Down(2)), Continue(SECOND));
        attempts.succeeded();
    });
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn errors_are_judged_as_in_a_box() {
    let missing = || io::Error::from(ErrorKind::NotFound);
    assert_eq!(decided(&missing()), Break(NotRetryable));
    assert_eq!(decided(&io::Error::from(ErrorKind::TimedOut)), Continue(SECOND));
    assert_eq!(decided(&io::Error::other(missing())), Break(NotRetryable));

    let boxed: Box<dyn Error> = Box::new(missing());
    assert_eq!(decided(&*boxed), Break(NotRetryable));
    let boxed: Box<dyn Error + Send + Sync> = Box::new(missing());
    assert_eq!(decided(&*boxed), Break(NotRetryable));
    let boxed: Box<dyn Error + Send + Sync> = "text".into();
    assert_eq!(decided(boxed.as_ref()), Continue(SECOND));

    let error = anyhow::Error::new(missing()).context("reading the settings");
    assert_eq!(POLICY.attempts().failed(error.as_ref()), Break(NotRetryable));
    assert_eq!(decided(&*error), Break(NotRetryable));
    assert_eq!(decided(anyhow::anyhow!("text").as_ref()), Continue(SECOND));
    let error = eyre::Report::new(missing());
    assert_eq!(POLICY.attempts().failed(error.as_ref()), Break(NotRetryable));
}

#[test]
fn an_error_of_a_loop_that_gave_up_is_final() {
    #[retry(policy = POLICY, error = io::Error)]
    fn read() -> Result<(), RetryError<io::Error>> {
        Err(ErrorKind::TimedOut.into())
    }
    let _guard = testing::no_wait();
    let error = read().unwrap_err();
    assert_eq!(error.reason(), MaxAttempts);
    assert_eq!(decided(&error), Break(NotRetryable));
    let error = anyhow::Error::new(error).context("outer");
    assert_eq!(decided(error.as_ref()), Break(NotRetryable));
}

#[test]
fn a_refusal_asks_for_the_time_that_the_circuit_stays_open() {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new().consecutive_failures(1).open_for(Duration::from_secs(20));
    let guard = testing::no_wait();
    BREAKER.acquire().expect("it is closed").failure();
    guard.advance(5 * SECOND);
    let refused = BREAKER.acquire().unwrap_err();
    assert_eq!(decided(&refused), Continue(15 * SECOND));
    assert_eq!(decided(anyhow::Error::new(refused.clone()).as_ref()), Continue(15 * SECOND));
    assert_eq!(POLICY.attempts().failed_with_hint(&refused, None), Continue(SECOND));
    BREAKER.force_open();
    assert_eq!(decided(&BREAKER.acquire().unwrap_err()), Break(NotRetryable));
}

/// An error that classifies itself, of a type that no walk along a chain finds by itself.
#[derive(Debug)]
enum Answer {
    Declined,
    Throttled(u64),
}

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self, f)
    }
}

impl Error for Answer {}

impl Retryable for Answer {
    fn is_retryable(&self) -> bool {
        matches!(self, Answer::Throttled(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Answer::Throttled(seconds) => Some(Duration::from_secs(*seconds)),
            Answer::Declined => None,
        }
    }
}

#[test]
fn types_that_are_asked_classify_their_errors() {
    let asking = || POLICY.attempts().ask::<Answer>();
    assert_eq!(decided(&Answer::Declined), Continue(SECOND), "nobody asks");
    assert_eq!(asking().failed(&Answer::Declined), Break(NotRetryable));
    assert_eq!(asking().failed(&Answer::Throttled(9)), Continue(9 * SECOND));
    let wrapped = anyhow::Error::new(io::Error::other(Answer::Throttled(9)));
    assert_eq!(asking().failed(wrapped.as_ref()), Continue(9 * SECOND));
    assert_eq!(asking().failed_with_hint(&Answer::Throttled(9), None), Continue(SECOND));
    assert_eq!(asking().failed(&Down(1)), Continue(SECOND));
}

#[test]
fn a_hint_lengthens_the_wait_within_its_limit() {
    let decided = |hint| POLICY.attempts().failed_with_hint(&Down(1), hint);
    assert_eq!(decided(Some(7 * SECOND)), Continue(7 * SECOND));
    assert_eq!(decided(Some(SECOND / 2)), Continue(SECOND));
    assert_eq!(decided(None), Continue(SECOND));
    assert_eq!(decided(Some(301 * SECOND)), Break(HintTooLong));
    let missing = io::Error::from(ErrorKind::NotFound);
    let mut attempts = POLICY.attempts();
    assert_eq!(
        attempts.failed_with_hint(&missing, Some(SECOND)),
        Break(NotRetryable),
        "a hint is no permission"
    );
}

#[test]
fn a_failure_without_an_error_counts() {
    let mut attempts = POLICY.max(2).attempts();
    assert_eq!(attempts.failed_unjudged(), Continue(SECOND));
    assert_eq!(attempts.failed_unjudged(), Break(MaxAttempts));
}

#[test]
fn the_deadline_counts_from_the_start() {
    let guard = testing::no_wait();
    let mut attempts = POLICY.deadline(10 * SECOND).attempts();
    guard.advance(6 * SECOND);
    assert_eq!(attempts.failed(&Down(1)), Continue(SECOND));
    attempts.block(SECOND);
    guard.advance(SECOND);
    assert_eq!(attempts.failed(&Down(2)), Break(Deadline));
}

#[test]
fn a_restart_begins_again_but_for_the_deadline() {
    let guard = testing::no_wait();
    let mut attempts = POLICY.max(3).deadline(60 * SECOND).attempts();
    assert_eq!(attempts.failed(&Down(1)), Continue(SECOND));
    assert_eq!(attempts.failed(&Down(2)), Continue(2 * SECOND));
    assert_eq!(attempts.attempt(), 3);
    attempts.restart();
    assert_eq!(attempts.attempt(), 1);
    assert_eq!(attempts.failed(&Down(3)), Continue(SECOND));
    assert_eq!(attempts.failed(&Down(4)), Continue(2 * SECOND));
    assert_eq!(attempts.failed(&Down(5)), Break(MaxAttempts));
    attempts.restart();
    assert_eq!((attempts.attempt(), attempts.failed(&Down(6))), (1, Continue(SECOND)));
    guard.advance(59 * SECOND);
    attempts.restart();
    assert_eq!(attempts.failed(&Down(7)), Break(Deadline));
    attempts.restart();
    assert_eq!(attempts.failed(&Down(8)), Break(Deadline));
}

#[test]
fn a_restart_forgets_the_last_delay_of_decorrelated_jitter() {
    let policy = Policy::new().unlimited().max_delay(3600 * SECOND).jitter(Jitter::Decorrelated);
    let guard = testing::no_wait();
    let mut longest = Duration::ZERO;
    for seed in 0..20 {
        guard.seed(seed);
        let mut attempts = policy.attempts();
        for _ in 0..10 {
            let Continue(delay) = attempts.failed_unjudged() else { panic!("the policy has no end") };
            longest = longest.max(delay);
        }
        attempts.restart();
        let Continue(first) = attempts.failed_unjudged() else { panic!("the policy has no end") };
        assert!(first <= 3 * SECOND, "{first:?} is no first delay");
    }
    assert!(longest > 30 * SECOND, "{longest:?}");
}

#[test]
fn a_success_ends_the_call_and_begins_another() {
    let guard = testing::no_wait();
    let mut attempts = POLICY.max(2).deadline(10 * SECOND).attempts();
    assert_eq!(attempts.failed(&Down(1)), Continue(SECOND));
    guard.advance(9 * SECOND);
    attempts.succeeded();
    assert_eq!(attempts.attempt(), 1);
    guard.advance(8 * SECOND);
    assert_eq!(attempts.failed(&Down(1)), Continue(SECOND));
    guard.advance(2 * SECOND);
    assert_eq!(attempts.failed(&Down(2)), Break(MaxAttempts));
    attempts.succeeded();
    assert_eq!(attempts.failed(&Down(1)), Continue(SECOND), "also after a give-up");
}

#[test]
fn the_events_are_those_of_a_closure() {
    for (failures, policy) in [(2, POLICY), (9, POLICY), (9, POLICY.deadline(5 * SECOND)), (1, POLICY.max(1))]
    {
        let closure = told(|guard| {
            let flaky = Flaky::failing(failures);
            let operation = || {
                guard.advance(SECOND / 4);
                flaky.call()
            };
            let _ = policy.retry(operation).name("poll").log_errors().run();
        });
        let steps = told(|guard| {
            let flaky = Flaky::failing(failures);
            let _ = run(&mut policy.attempts().name("poll"), || {
                guard.advance(SECOND / 4);
                flaky.call()
            });
        });
        assert_eq!(steps, closure);
        assert!(!steps.is_empty());
    }
}

/// The values of a field in all events.
fn field(told: &[crate::names::Told], name: &str) -> Vec<String> {
    told.iter().map(|told| told.field(name).unwrap_or("none").to_owned()).collect()
}

#[test]
fn events_count_all_attempts_over_restarts() {
    let told = told(|guard| {
        let mut attempts = POLICY.max(2).attempts();
        assert_eq!(attempts.failed_unjudged(), Continue(SECOND));
        attempts.block(SECOND);
        attempts.restart();
        assert_eq!(attempts.failed_unjudged(), Continue(SECOND));
        attempts.block(SECOND);
        assert_eq!(attempts.failed_unjudged(), Break(MaxAttempts));
        attempts.restart();
        attempts.restart();
        guard.advance(SECOND);
        attempts.succeeded();
        assert!(attempts.failed_unjudged().is_continue());
    });
    assert_eq!(field(&told, "attempt"), ["1", "2", "3", "4", "1"]);
    assert_eq!(field(&told, "elapsed_ms"), ["0", "1000", "2000", "3000", "0"]);
    assert_eq!(field(&told, "error")[0], "the attempt failed");
}

#[test]
fn a_first_success_and_one_after_a_give_up_are_no_recoveries() {
    let told = told(|_| {
        let mut attempts = POLICY.max(1).attempts();
        attempts.succeeded();
        attempts.succeeded();
        assert_eq!(attempts.failed_unjudged(), Break(MaxAttempts));
        attempts.succeeded();
    });
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn the_operation_is_the_place_of_the_call_or_its_name() {
    let line = Cell::new(0);
    let events = told(|_| {
        let _ = (line.set(line!()), POLICY.attempts().failed_unjudged());
        let _ = POLICY.attempts().name("poll").failed_unjudged();
    });
    let place = field(&events, "operation");
    assert!(place[0].starts_with(&format!("{}:{}:", file!(), line.get())), "{place:?}");
    assert_eq!(place[1], "poll");
}

#[test]
fn a_guard_sets_the_number_of_attempts() {
    let guard = testing::no_wait();
    guard.attempts(1);
    assert_eq!(decided(&Down(1)), Break(MaxAttempts));
    guard.attempts(6);
    let flaky = Flaky::broken();
    assert_eq!(run(&mut POLICY.attempts(), || flaky.call()), Err((MaxAttempts, Down(6))));
}

#[test]
fn a_guard_skips_and_records_both_waits() {
    let guard = testing::no_wait();
    let attempts = POLICY.attempts();
    attempts.block(3 * SECOND);
    let wait = attempts.wait(5 * SECOND);
    assert_eq!(guard.delays(), secs([3]), "a wait begins when it is polled");
    finish(assert_send(wait));
    assert_eq!(guard.delays(), secs([3, 5]));
}

#[tokio::test(start_paused = true)]
async fn tokios_paused_clock_is_its_clock() {
    let mut attempts = POLICY.deadline(10 * SECOND).attempts();
    let start = tokio::time::Instant::now();
    while let Continue(delay) = attempts.failed(&Down(1)) {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => panic!("the wait is shorter"),
            () = attempts.wait(delay) => {}
        }
    }
    assert_eq!((attempts.attempt(), start.elapsed()), (4, 7 * SECOND));
    let mut attempts = POLICY.deadline(10 * SECOND).attempts();
    tokio::time::sleep(9 * SECOND).await;
    assert_eq!(attempts.failed(&Down(1)), Break(Deadline));
}

#[test]
fn it_moves_between_threads_and_can_be_copied_and_printed() {
    fn check<T: Send + Sync + Clone + Debug + 'static>(value: T) -> T {
        value
    }

    async fn poll(mut attempts: Attempts) {
        while let Continue(delay) = attempts.failed_unjudged() {
            attempts.wait(delay).await;
        }
    }

    let mut attempts = check(POLICY.attempts().name("poll").ask::<Answer>());
    assert!(attempts.failed_unjudged().is_continue());
    let mut other = attempts.clone();
    assert!(attempts.failed_unjudged().is_continue());
    assert_eq!((attempts.attempt(), other.attempt()), (3, 2));
    assert_eq!(other.failed_unjudged(), Continue(2 * SECOND));
    assert!(format!("{other:?}").contains("poll"));
    let _guard = testing::no_wait();
    finish(assert_send(poll(other)));
}
