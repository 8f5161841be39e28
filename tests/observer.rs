//! What an observer is told. A binary of its own: the observer is set once for the whole process.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::observe::{
    AnyGiveUpEvent, AnyRetryEvent, BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, RecoveryEvent,
};
use reattempt::testing::Guard;
use reattempt::{
    CircuitBreaker, CircuitOpen, FailureKind, GiveUpEvent, Hedge, Jitter, Observer, Policy, RetryBudget,
    RetryEvent, SetObserverError, retry, set_observer, testing,
};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// What somebody was told, in one line: the same one for all who were told the same.
#[derive(Default)]
struct Facts {
    operation: String,
    attempt: u32,
    max_attempts: Option<u32>,
    elapsed: Duration,
    delay: Option<Duration>,
    reason: Option<String>,
    error: Option<String>,
}

impl Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { operation, attempt, max_attempts, elapsed, delay, reason, error } = self;
        write!(f, "{operation} {attempt}/{} at {elapsed:?}", max_attempts.map_or(0, |max| max))?;
        delay.iter().try_for_each(|delay| write!(f, ", next in {delay:?}"))?;
        reason.iter().try_for_each(|reason| write!(f, ", {reason}"))?;
        error.iter().try_for_each(|error| write!(f, ": {error}"))
    }
}

thread_local! {
    /// What was told on this thread, with who was told.
    static TOLD: RefCell<Vec<(&'static str, String)>> = const { RefCell::new(Vec::new()) };
    static ASKS_FOR_ERRORS: Cell<bool> = const { Cell::new(true) };
    static PANICS: Cell<bool> = const { Cell::new(false) };
}

fn note(who: &'static str, facts: &Facts) {
    TOLD.with_borrow_mut(|told| told.push((who, facts.to_string())));
}

struct Recorder(&'static str);

/// The facts that all events have, and the error if it is wanted.
macro_rules! facts {
    ($event:expr, error: $error:expr) => {
        Facts {
            operation: $event.operation().to_string(),
            attempt: $event.attempt(),
            max_attempts: $event.max_attempts(),
            elapsed: $event.elapsed(),
            error: $error,
            ..Facts::default()
        }
    };
}

impl Recorder {
    fn text(error: &dyn Display) -> Option<String> {
        assert!(!PANICS.get(), "the observer panics");
        ASKS_FOR_ERRORS.get().then(|| error.to_string())
    }

    fn note_text(&self, text: String) {
        TOLD.with_borrow_mut(|told| told.push((self.0, text)));
    }
}

impl Observer for Recorder {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        let facts = facts!(event, error: Recorder::text(event.error()));
        note(self.0, &Facts { delay: Some(event.delay()), ..facts });
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        note(self.0, &facts!(event, error: None));
    }

    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        self.note_text(format!("{} {} to {}", event.breaker(), event.from(), event.to()));
    }

    fn circuit_refused(&self, event: &CircuitRefusalEvent<'_>) {
        let (breaker, state) = (event.breaker(), event.state());
        self.note_text(format!("{breaker} refuses, {state} for {:?}", event.retry_in()));
    }

    fn budget_withdrawn(&self, event: &BudgetEvent<'_>) {
        self.note_text(format!("{} pays, {} left", event.budget(), event.balance()));
    }

    fn budget_refused(&self, event: &BudgetEvent<'_>) {
        self.note_text(format!("{} refuses, {} left", event.budget(), event.balance()));
    }

    fn hedge_started(&self, event: &HedgeEvent<'_>) {
        self.note_text(copy("starts", event));
    }

    fn hedge_won(&self, event: &HedgeEvent<'_>) {
        self.note_text(copy("wins", event));
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        let facts = facts!(event, error: Recorder::text(event.error()));
        note(self.0, &Facts { reason: Some(event.reason().as_str().to_owned()), ..facts });
    }
}

/// What an event of a copy tells.
fn copy(what: &str, event: &HedgeEvent<'_>) -> String {
    let (operation, attempt, copy, delay) = (event.operation(), event.attempt(), event.copy(), event.delay());
    assert_eq!(event.label(), operation.to_string());
    format!("{operation} {attempt}: copy {copy} {what} after {delay:?}")
}

/// Notes labels alone.
struct Labels;

impl Observer for Labels {
    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        TOLD.with_borrow_mut(|told| told.push(("label", event.label().to_owned())));
    }
}

/// Starts to listen, for the process; forgets what this thread was told before.
fn listen() -> Guard {
    static OBSERVER: Recorder = Recorder("observer");
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| {
        set_observer((&OBSERVER, (Arc::new(Recorder("second")), Labels))).expect("it is the first");
    });
    TOLD.take();
    testing::no_wait()
}

/// What `who` was told on this thread since the last time.
fn told(who: &str) -> Vec<String> {
    TOLD.take().into_iter().filter(|(told, _)| *told == who).map(|(_, facts)| facts).collect()
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[derive(Debug)]
struct Down;

impl Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

/// Fails as often as the number says, counting it down; takes 250 ms.
fn operation(guard: &Guard, failures: &Cell<u32>) -> Result<(), Down> {
    guard.advance(Duration::from_millis(250));
    match failures.get().checked_sub(1) {
        None => Ok(()),
        Some(left) => {
            failures.set(left);
            Err(Down)
        }
    }
}

#[retry(max = 3, base = "1s", jitter = none, deadline = "1m", name = "fetch {key}")]
fn fetch(guard: &Guard, key: &str, failures: &Cell<u32>) -> Result<(), Down> {
    operation(guard, failures)
}

#[retry(max = 3, base = "1s", jitter = none, deadline = "1m", name = "fetch {key}")]
async fn fetch_async(guard: &Guard, key: &str, failures: &Cell<u32>) -> Result<(), Down> {
    operation(guard, failures)
}

const RETRIES: [&str; 2] =
    ["fetch k 1/3 at 250ms, next in 1s: down", "fetch k 2/3 at 1.5s, next in 2s: down"];

#[test]
fn retries_and_giving_up_are_told() {
    let expected = [RETRIES[0], RETRIES[1], "fetch k 3/3 at 3.75s, max_attempts: down"];
    let guard = listen();
    assert!(fetch(&guard, "k", &Cell::new(9)).is_err());
    assert_eq!(told("observer"), expected);
    assert!(finish(fetch_async(&guard, "k", &Cell::new(9))).is_err());
    assert_eq!(told("observer"), expected);
}

static BUDGET: RetryBudget = RetryBudget::new().reserve_per_second(100);

#[retry(max = 3, base = "1s", jitter = none, budget = BUDGET, name = "fetch {key}")]
fn fetch_paid(guard: &Guard, key: &str, failures: &Cell<u32>) -> Result<(), Down> {
    operation(guard, failures)
}

#[test]
fn without_a_deadline_the_time_counts_from_the_first_failure() {
    let guard = listen();
    assert!(fetch_paid(&guard, "k", &Cell::new(9)).is_err());
    let calls: Vec<String> = told("observer").into_iter().filter(|line| line.starts_with("fetch")).collect();
    let expected = [
        "fetch k 1/3 at 0ns, next in 1s: down",
        "fetch k 2/3 at 1.25s, next in 2s: down",
        "fetch k 3/3 at 3.5s, max_attempts: down",
    ];
    assert_eq!(calls, expected);
}

#[test]
fn recovery_is_told() {
    let guard = listen();
    assert!(fetch(&guard, "k", &Cell::new(1)).is_ok());
    assert_eq!(told("observer"), [RETRIES[0], "fetch k 2/3 at 1.5s"]);
    assert!(finish(fetch_async(&guard, "k", &Cell::new(1))).is_ok());
    assert_eq!(told("observer"), [RETRIES[0], "fetch k 2/3 at 1.5s"]);
}

#[test]
fn success_at_the_first_attempt_is_not_told() {
    let guard = listen();
    assert!(fetch(&guard, "k", &Cell::new(0)).is_ok());
    assert!(finish(fetch_async(&guard, "k", &Cell::new(0))).is_ok());
    assert!(Policy::new().run(|| operation(&guard, &Cell::new(0))).is_ok());
    assert_eq!(TOLD.take(), []);
}

#[test]
fn an_observer_behind_a_reference_an_arc_or_in_a_pair_is_told_all() {
    let guard = listen();
    assert!(fetch(&guard, "k", &Cell::new(9)).is_err());
    assert!(fetch(&guard, "k", &Cell::new(1)).is_ok());
    let told = TOLD.take();
    let of = |who| told.iter().filter(move |(told, _)| *told == who).map(|(_, facts)| facts);
    assert_eq!(of("observer").count(), 5);
    assert!(of("observer").eq(of("second")), "{told:?}");
}

#[test]
fn the_label_is_the_name_with_its_places_open() {
    #[retry(max = 1)]
    fn unnamed() -> Result<(), Down> {
        Err(Down)
    }

    #[retry(max = 1, name = "fetch {key}", on_give_up = |_| ())]
    fn hooked(key: &str) -> Result<(), Down> {
        Err(Down)
    }

    let guard = listen();
    assert!(fetch(&guard, "k", &Cell::new(9)).is_err());
    assert!(hooked("k").is_err());
    assert!(unnamed().is_err());
    assert!(Policy::new().retry(|| Err::<(), _>(Down)).name("ping").run().is_err());
    assert!(Policy::new().run(|| Err::<(), _>(Down)).is_err());
    assert_eq!(told("label"), ["fetch {key}", "fetch {key}", "observer::unnamed", "ping", file!()]);
}

/// Notes the events of this thread.
struct Log;

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut facts = Facts::default();
        event.record(&mut facts);
        note("log", &facts);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for Facts {
    fn record_u64(&mut self, field: &Field, value: u64) {
        let number = || u32::try_from(value).expect("a small number");
        match field.name() {
            "attempt" => self.attempt = number(),
            "max_attempts" => self.max_attempts = Some(number()),
            "elapsed_ms" => self.elapsed = Duration::from_millis(value),
            "delay_ms" => self.delay = Some(Duration::from_millis(value)),
            other => panic!("unexpected number `{other}`"),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => {}
            "operation" => self.operation = format!("{value:?}"),
            "error" => self.error = Some(format!("{value:?}")),
            "reason" => self.reason = Some(format!("{value:?}")),
            other => panic!("unexpected field `{other}`"),
        }
    }
}

fn on_retry(event: &RetryEvent<'_, Down>) {
    let facts = facts!(event, error: event.error().map(Down::to_string));
    note("hook", &Facts { delay: Some(event.delay()), ..facts });
}

fn on_give_up(event: &GiveUpEvent<'_, Down>) {
    let facts = facts!(event, error: event.error().map(Down::to_string));
    note("hook", &Facts { reason: Some(event.reason().as_str().to_owned()), ..facts });
}

#[retry(max = 4, base_ms = 100, jitter = none, name = "fetch {key}", on_retry = on_retry, on_give_up = on_give_up)]
fn hooked(guard: &Guard, key: &str) -> Result<(), Down> {
    operation(guard, &Cell::new(1))
}

#[retry(max = 4, base_ms = 100, jitter = none, name = "fetch {key}", on_retry = on_retry, on_give_up = on_give_up)]
async fn hooked_async(guard: &Guard, key: &str) -> Result<(), Down> {
    operation(guard, &Cell::new(1))
}

#[retry(
    max = 4,
    base_ms = 100,
    jitter = none,
    name = "fetch {key}",
    on_retry = async |event| on_retry(event),
    on_give_up = async |event| on_give_up(event),
)]
async fn async_hooked(guard: &Guard, key: &str) -> Result<(), Down> {
    operation(guard, &Cell::new(1))
}

#[test]
fn hook_log_and_observer_are_told_the_same_in_this_order() {
    #[track_caller]
    fn assert_agreed<const LISTENERS: usize>(events: usize, listeners: [&'static str; LISTENERS]) {
        let told = TOLD.take().into_iter().filter(|(who, _)| *who != "label").collect::<Vec<_>>();
        assert_eq!(told.len(), events * LISTENERS, "{told:?}");
        for told in told.chunks(LISTENERS) {
            let facts = &told[0].1;
            assert_eq!(told, listeners.map(|who| (who, facts.clone())));
        }
    }

    let guard = listen();
    // With a single dispatcher alive, a thread that meets an event first without it would switch the event off for all;
    // a second one keeps the question open.
    let _second = tracing::Dispatch::new(Log);
    let _listening = tracing::subscriber::set_default(Log);
    assert!(hooked(&guard, "k").is_err());
    assert_agreed(4, ["hook", "log", "observer", "second"]);
    assert!(finish(hooked_async(&guard, "k")).is_err());
    assert_agreed(4, ["hook", "log", "observer", "second"]);
    assert!(finish(async_hooked(&guard, "k")).is_err());
    assert_agreed(4, ["hook", "log", "observer", "second"]);
    assert!(fetch(&guard, "k", &Cell::new(2)).is_ok());
    assert_agreed(3, ["log", "observer", "second"]);
    assert!(finish(fetch_async(&guard, "k", &Cell::new(2))).is_ok());
    assert_agreed(3, ["log", "observer", "second"]);
}

#[test]
fn a_retry_is_told_before_its_wait() {
    #[retry(max = 2, sleep = |_| waits.set(told("observer").len()))]
    fn call(waits: &Cell<usize>) -> Result<(), Down> {
        Err(Down)
    }

    drop(listen());
    let waits = Cell::new(9);
    assert!(call(&waits).is_err());
    assert_eq!(waits.get(), 1);
    assert_eq!(told("observer").len(), 1, "giving up");
}

#[test]
fn a_refused_value_is_told_as_in_the_log() {
    #[retry(max = 2, base = "1s", jitter = none, retry_ok = |ready| !ready)]
    fn poll() -> Result<bool, Down> {
        Ok(false)
    }

    let _guard = listen();
    assert_eq!(poll().ok(), Some(false));
    let name = "observer::poll";
    assert_eq!(
        told("observer"),
        [
            format!("{name} 1/2 at 0ns, next in 1s: the value is not accepted yet"),
            format!("{name} 2/2 at 1s, max_attempts: the value is not accepted yet"),
        ]
    );
}

#[test]
fn an_error_is_written_only_for_those_who_ask() {
    thread_local!(static WRITTEN: Cell<u32> = const { Cell::new(0) });

    struct Counted;

    impl Display for Counted {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            WRITTEN.set(WRITTEN.get() + 1);
            Ok(())
        }
    }

    #[retry(max = 3)]
    fn call() -> Result<(), Counted> {
        Err(Counted)
    }

    let _guard = listen();
    ASKS_FOR_ERRORS.set(false);
    assert!(call().is_err());
    assert_eq!((WRITTEN.get(), told("observer").len()), (0, 3));
    ASKS_FOR_ERRORS.set(true);
    assert!(call().is_err());
    assert_eq!(WRITTEN.get(), 6, "three attempts, two observers");
}

#[test]
fn a_panic_in_an_observer_is_one_of_the_call_and_of_no_other() {
    let guard = listen();
    PANICS.set(true);
    let panic = catch_unwind(AssertUnwindSafe(|| fetch(&guard, "k", &Cell::new(1)))).expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"the observer panics"));
    assert_eq!(guard.delays(), [], "there was no wait");
    PANICS.set(false);
    assert!(fetch(&guard, "k", &Cell::new(1)).is_ok());
    assert_eq!(told("observer").len(), 2);
}

#[test]
fn the_first_observer_stays() {
    let _guard = listen();
    assert_eq!(set_observer(Labels), Err(SetObserverError));
    assert_eq!(SetObserverError.to_string(), "an observer was set before");
    assert!(Policy::new().jitter(Jitter::None).run(|| Err::<(), _>(Down)).is_err());
    assert_eq!(told("observer").len(), 3);
}

#[test]
fn what_a_budget_or_a_breaker_refuses_is_told_and_so_is_every_change_of_state() {
    #[derive(Debug)]
    struct Failed(String);

    impl Display for Failed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.0)
        }
    }

    impl From<CircuitOpen> for Failed {
        fn from(open: CircuitOpen) -> Self {
            Failed(open.to_string())
        }
    }

    #[retry(jitter = none, name = "fetch {key}", breaker = breaker, budget = budget)]
    fn fetch(key: &str, breaker: &CircuitBreaker, budget: &RetryBudget) -> Result<(), Failed> {
        Err(Failed("down".to_owned()))
    }

    #[retry(jitter = none, name = "fetch {key}", breaker = breaker, on_retry = |_| breaker.force_open())]
    async fn fetch_async(key: &str, breaker: &CircuitBreaker) -> Result<(), Failed> {
        Err(Failed("down".to_owned()))
    }

    let guard = listen();
    let breaker = CircuitBreaker::new().name("db").consecutive_failures(2).open_for(Duration::from_secs(9));
    let budget =
        RetryBudget::new().name("db retries").ratio(0.0).reserve_per_second(1).ttl(Duration::from_secs(1));
    assert!(fetch("k", &breaker, &budget).is_err());
    assert!(fetch("k", &breaker, &budget).is_err());
    assert_eq!(
        told("observer"),
        [
            "db retries pays, 0 left",
            "fetch k 1/3 at 0ns, next in 1s: down",
            "db closed to open",
            "db refuses, open for 9s",
            "fetch k 2/3 at 1s, circuit_open: down",
            "db refuses, open for 9s",
            "fetch k 0/3 at 0ns, circuit_open: the circuit breaker `db` is open for another 9s",
        ]
    );
    guard.advance(Duration::from_secs(9));
    assert!(budget.try_withdraw());
    assert!(fetch("k", &breaker, &budget).is_err());
    breaker.reset();
    assert!(fetch("k", &breaker, &budget).is_err());
    assert_eq!(
        told("observer"),
        [
            "db retries pays, 0 left",
            "db open to half_open",
            "db half_open to open",
            "db refuses, open for 9s",
            "fetch k 1/3 at 0ns, circuit_open: down",
            "db open to closed",
            "db retries refuses, 0 left",
            "fetch k 1/3 at 0ns, budget_exhausted: down",
        ]
    );
    breaker.reset();
    assert!(finish(fetch_async("k", &breaker)).is_err());
    let refused_after_the_wait = [
        "db closed to forced_open",
        "fetch k 1/3 at 0ns, next in 1s: down",
        "db refuses, forced_open for 18446744073709551615.999999999s",
        "fetch k 1/3 at 1s, circuit_open: down",
    ];
    assert_eq!(told("observer"), refused_after_the_wait);
}

#[test]
fn the_observer_is_told_of_a_change_before_the_listeners() {
    let _guard = listen();
    let breaker = CircuitBreaker::new().name("own").consecutive_failures(1).on_change(|event| {
        TOLD.with_borrow_mut(|told| told.push(("listener", event.to().to_string())));
    });
    breaker.acquire().expect("it is closed").failure();
    let told: Vec<_> = TOLD.take().into_iter().map(|(who, _)| who).collect();
    assert_eq!(told, ["observer", "second", "listener"]);
}

#[test]
fn a_breaker_and_a_budget_of_their_own_tell_every_refusal() {
    fn failed<T>() -> io::Result<T> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    let guard = listen();
    let breaker = CircuitBreaker::new().name("own").consecutive_failures(1).open_for(Duration::from_secs(9));
    assert!(breaker.call(|| Ok::<_, io::Error>(1)).is_ok());
    assert_eq!(told("observer"), [] as [&str; 0], "a call that is let through is no event");
    assert!(breaker.call(failed::<()>).is_err());
    guard.advance(Duration::from_secs(2));
    assert!(breaker.acquire().is_err());
    assert!(breaker.call(failed::<()>).is_err());
    assert!(breaker.call_if(failed::<()>, |_| true).is_err());
    assert!(finish(breaker.call_async(async || failed::<()>())).is_err());
    let refused = "own refuses, open for 7s";
    assert_eq!(told("observer"), ["own closed to open", refused, refused, refused, refused]);

    // The only trial runs.
    guard.advance(Duration::from_secs(7));
    let trial = breaker.acquire().expect("it is a trial");
    assert!(breaker.acquire().is_err());
    assert_eq!(told("observer"), ["own open to half_open", "own refuses, half_open for 9s"]);
    trial.success();
    breaker.disable();
    assert!(breaker.acquire().is_ok());
    assert_eq!(told("observer"), ["own half_open to closed", "own closed to disabled"]);

    let budget = RetryBudget::new().reserve_per_second(1).ttl(Duration::from_secs(2));
    assert!(budget.try_withdraw() && budget.try_withdraw_for(FailureKind::Timeout) && !budget.try_withdraw());
    assert_eq!(budget.balance(), 0);
    budget.deposit();
    assert_eq!(
        told("observer"),
        ["unnamed pays, 1 left", "unnamed pays, 0 left", "unnamed refuses, 0 left"],
        "a deposit and a look at the balance are no events"
    );
}

#[test]
fn a_failed_trial_that_is_not_retried_is_one_refusal() {
    #[retry(jitter = none, name = "inner", breaker = breaker)]
    fn inner(breaker: &CircuitBreaker) -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    let guard = listen();
    let breaker = CircuitBreaker::new().name("db").consecutive_failures(1).open_for(Duration::from_secs(9));
    assert!(breaker.call(|| inner(&breaker)).is_err());
    guard.advance(Duration::from_secs(9));
    TOLD.take();
    assert!(breaker.call(|| inner(&breaker)).is_err());
    assert_eq!(
        told("observer"),
        [
            "db open to half_open",
            "db refuses, half_open for 0ns",
            "inner 1/3 at 0ns, circuit_open: connection refused",
            "db half_open to open",
        ]
    );
}

/// The result of a try of [`read`], after so many milliseconds.
type Try = (u64, Result<u32, &'static str>);

static READS: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0).copies(2);

/// Refuses values above 100.
#[retry(name = "read", max = 2, base = "1s", jitter = none, hedge = READS, call = c, retry_ok = |value| *value > 100)]
async fn read(tries: &RefCell<Vec<Try>>) -> Result<u32, &'static str> {
    let (after, result) = tries.borrow_mut().pop().expect("the test expects no further try");
    if result == Ok(999) {
        c.stop();
    }
    tokio::time::sleep(Duration::from_millis(after)).await;
    result
}

/// What an observer is told of copies, in a call whose tries are as given.
fn copies(tries: &[Try]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async {
        // Five calls save up enough.
        for _ in 0..5 {
            read(&RefCell::new(vec![(0, Ok(1))])).await.unwrap();
        }
        // The times are those of tokio.
        drop(listen());
        let _ = read(&RefCell::new(tries.iter().rev().copied().collect())).await;
    });
    told("observer").into_iter().filter(|told| told.contains("copy")).collect()
}

#[test]
fn an_observer_is_told_of_copies() {
    const NEVER: Try = (99_999, Ok(1));
    let starts =
        |attempt: u32, copy: u32, delay: u32| format!("read {attempt}: copy {copy} starts after {delay}ms");
    let wins =
        |attempt: u32, copy: u32, delay: u32| format!("read {attempt}: copy {copy} wins after {delay}ms");
    assert_eq!(copies(&[(40, Ok(1))]), [""; 0]);
    assert_eq!(copies(&[(60, Ok(1)), NEVER]), [starts(1, 1, 50)]);
    assert_eq!(copies(&[NEVER, (10, Ok(1))]), [starts(1, 1, 50), wins(1, 1, 60)]);
    assert_eq!(copies(&[NEVER, NEVER, (7, Ok(1))]), [starts(1, 1, 50), starts(1, 2, 100), wins(1, 2, 107)]);
    // The copy is the last one, and has an accepted value.
    assert_eq!(copies(&[(60, Err("down")), (30, Ok(1))]), [starts(1, 1, 50), wins(1, 1, 80)]);
    // Failures and refused values win nothing.
    let second = (0, Ok(1));
    assert_eq!(copies(&[(60, Err("down")), (30, Err("down")), second]), [starts(1, 1, 50)]);
    assert_eq!(copies(&[(60, Err("down")), (30, Ok(101)), second]), [starts(1, 1, 50)]);
    assert_eq!(copies(&[(60, Ok(101)), (30, Ok(101)), second]), [starts(1, 1, 50)]);
    // A refused value of a try that has stopped its call is accepted.
    assert_eq!(copies(&[(60, Ok(101)), (30, Ok(999))]), [starts(1, 1, 50), wins(1, 1, 80)]);
    assert_eq!(copies(&[NEVER, (30, Ok(999))]), [starts(1, 1, 50), wins(1, 1, 80)]);
    // The second attempt.
    assert_eq!(copies(&[(0, Err("down")), NEVER, (10, Ok(1))]), [starts(2, 1, 50), wins(2, 1, 60)]);
}
