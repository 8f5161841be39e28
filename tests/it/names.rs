//! What a call tells through `tracing`, and under which name.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Write};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use reattempt::CircuitState::{Closed, Disabled, ForcedOpen, HalfOpen, Open};
use reattempt::testing::Guard;
use reattempt::{CircuitBreaker, CircuitState, Hedge, RetryBudget, Throttle};
use reattempt::{Jitter, Policy, retry, testing};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::support::{Down, Flaky, finish};

/// One event: its level, its target, then its fields as `name=value`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) level: Level,
    target: String,
    fields: String,
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let separator = if self.fields.is_empty() { "" } else { ", " };
        write!(self.fields, "{separator}{}={value:?}", field.name()).expect("a string takes everything");
    }
}

impl Told {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.split(", ").find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Keeps every event of this thread, while the guard that comes with it lives.
#[derive(Clone, Debug, Default)]
struct Listener(Arc<Mutex<Vec<Told>>>);

impl Listener {
    fn listen() -> (Listener, DefaultGuard) {
        /// With a single dispatcher alive, a thread that meets an event first without it would switch the event off
        /// for all; a second one keeps the question open.
        static SECOND: OnceLock<tracing::Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| tracing::Dispatch::new(Listener::default()));
        let listener = Listener::default();
        let guard = tracing::subscriber::set_default(listener.clone());
        (listener, guard)
    }

    fn told(&self) -> Vec<Told> {
        self.0.lock().unwrap().clone()
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let (level, target) = (*event.metadata().level(), event.metadata().target().to_owned());
        let mut told = Told { level, target, fields: String::new() };
        event.record(&mut told);
        self.0.lock().unwrap().push(told);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What `call` tells while waits are skipped.
pub(crate) fn told(call: impl FnOnce(&Guard)) -> Vec<Told> {
    let (listener, _listening) = Listener::listen();
    call(&testing::no_wait());
    listener.told()
}

/// The one value that a field has in all events of `call`.
#[track_caller]
fn only(field: &str, call: impl FnOnce(&Guard)) -> String {
    let told = told(call);
    let first = told.first().expect("an event").field(field).expect("the field").to_owned();
    assert!(told.iter().all(|told| told.field(field) == Some(&first)), "{told:?}");
    first
}

fn event(level: Level, fields: &str) -> Told {
    Told { level, target: "reattempt".to_owned(), fields: fields.to_owned() }
}

#[retry(max = 3, base = "1s", jitter = none, deadline = "1m")]
fn fetch(guard: &Guard, flaky: &Flaky) -> Result<u32, Down> {
    guard.advance(Duration::from_millis(250));
    flaky.call()
}

#[retry(max = 3, base = "1s", jitter = none, deadline = "1m")]
async fn fetch_async(guard: &Guard, flaky: &Flaky) -> Result<u32, Down> {
    guard.advance(Duration::from_millis(250));
    flaky.call()
}

fn giving_up(operation: &str) -> [Told; 3] {
    [
        event(
            Level::WARN,
            &format!(
                "message=attempt failed, will retry, operation={operation}, attempt=1, max_attempts=3, \
                 delay_ms=1000, error=down at call 1, elapsed_ms=250"
            ),
        ),
        event(
            Level::WARN,
            &format!(
                "message=attempt failed, will retry, operation={operation}, attempt=2, max_attempts=3, \
                 delay_ms=2000, error=down at call 2, elapsed_ms=1500"
            ),
        ),
        event(
            Level::ERROR,
            &format!(
                "message=attempt failed, giving up, operation={operation}, attempt=3, max_attempts=3, \
                 error=down at call 3, reason=max_attempts, elapsed_ms=3750"
            ),
        ),
    ]
}

#[test]
fn retries_and_giving_up_are_told() {
    let told_events = told(|guard| drop(fetch(guard, &Flaky::broken())));
    assert_eq!(told_events, giving_up("it::names::fetch"));
    let told_events = told(|guard| drop(finish(fetch_async(guard, &Flaky::broken()))));
    assert_eq!(told_events, giving_up("it::names::fetch_async"));
}

#[test]
fn recovery_is_told() {
    let blocking = told(|guard| drop(fetch(guard, &Flaky::failing(1))));
    let asynchronous = told(|guard| drop(finish(fetch_async(guard, &Flaky::failing(1)))));
    for (told, operation) in [(blocking, "it::names::fetch"), (asynchronous, "it::names::fetch_async")] {
        let recovery = format!(
            "message=succeeded after a retry, operation={operation}, attempt=2, max_attempts=3, elapsed_ms=1500"
        );
        assert_eq!(told, [giving_up(operation)[0].clone(), event(Level::INFO, &recovery)]);
    }
}

#[test]
fn success_at_the_first_attempt_is_not_told() {
    assert_eq!(told(|guard| drop(fetch(guard, &Flaky::failing(0)))), []);
    assert_eq!(told(|guard| drop(finish(fetch_async(guard, &Flaky::failing(0))))), []);
    assert_eq!(told(|_| drop(Policy::new().run(|| Flaky::failing(0).call()))), []);
    assert_eq!(told(|_| drop(finish(Policy::new().run_async(async || Flaky::failing(0).call())))), []);
}

#[test]
fn a_single_attempt_that_fails_gives_up_at_once() {
    #[retry(max = 1, name = "ping")]
    fn ping() -> Result<(), Down> {
        Err(Down(1))
    }

    let gave_up = "message=attempt failed, giving up, operation=ping, attempt=1, max_attempts=1, \
                   error=down at call 1, reason=max_attempts, elapsed_ms=0";
    assert_eq!(told(|_| drop(ping())), [event(Level::ERROR, gave_up)]);
}

#[test]
fn the_deadline_is_a_reason() {
    let told = told(|guard| {
        let result = fetch(guard, &Flaky::failing(0));
        assert_eq!(result, Ok(1));
        let late = || {
            guard.advance(Duration::from_secs(60));
            Err::<(), _>("late")
        };
        let policy = Policy::new().deadline(Duration::from_secs(60)).jitter(Jitter::None);
        assert_eq!(policy.run(late), Err("late"));
    });
    let [gave_up] = &told[..] else { panic!("one event: {told:?}") };
    assert_eq!((gave_up.level, gave_up.field("reason")), (Level::ERROR, Some("deadline")));
    assert_eq!((gave_up.field("attempt"), gave_up.field("elapsed_ms")), (Some("1"), Some("60000")));
}

#[test]
fn unlimited_calls_have_no_number_of_attempts_to_tell() {
    #[retry(unlimited)]
    fn persist(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let told = told(|_| drop(persist(&Flaky::failing(2))));
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|told| told.field("max_attempts").is_none()), "{told:?}");
}

#[test]
fn a_retry_is_told_before_its_wait() {
    #[retry(max = 3, jitter = none, sleep = |_| events.borrow_mut().push(listener.told().len()))]
    fn call(listener: &Listener, events: &RefCell<Vec<usize>>) -> Result<(), Down> {
        Err(Down(1))
    }

    let (listener, _listening) = Listener::listen();
    let events = RefCell::default();
    assert_eq!(call(&listener, &events), Err(Down(1)));
    assert_eq!(events.into_inner(), [1, 2]);
    assert_eq!(listener.told().len(), 3);
}

#[test]
fn without_a_deadline_elapsed_counts_from_the_end_of_the_first_attempt() {
    #[retry(max = 2, base = "1s", jitter = none)]
    fn slow(guard: &Guard) -> Result<(), Down> {
        guard.advance(Duration::from_secs(5));
        Err(Down(1))
    }

    let told = told(|guard| drop(slow(guard)));
    let elapsed: Vec<_> = told.iter().map(|told| told.field("elapsed_ms")).collect();
    assert_eq!(elapsed, [Some("0"), Some("6000")]);
}

#[test]
fn the_operation_is_module_and_function() {
    mod inner {
        use crate::support::Down;

        pub(super) struct Client;

        impl Client {
            #[reattempt::retry]
            pub(super) fn r#try() -> Result<(), Down> {
                Err(Down(1))
            }
        }
    }

    assert_eq!(only("operation", |_| drop(inner::Client::r#try())), "it::names::inner::try");
}

#[test]
fn a_name_is_told_as_it_is() {
    #[retry(max = 2, name = "drain the node")]
    fn drain() -> Result<(), Down> {
        Err(Down(1))
    }

    #[retry(max = 2, name = "a {{brace}}")]
    fn brace() -> Result<(), Down> {
        Err(Down(1))
    }

    assert_eq!(only("operation", |_| drop(drain())), "drain the node");
    assert_eq!(only("operation", |_| drop(brace())), "a {brace}");
}

#[test]
fn places_in_a_name_are_filled_in() {
    #[retry(max = 2, name = "drain {node} ({attempts:03})")]
    fn drain(node: &str, attempts: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 2, name = "drain {node:?}", clone(node))]
    async fn drain_async(node: String, flaky: &Flaky) -> Result<String, Down> {
        flaky.call().map(|_| node)
    }

    assert_eq!(only("operation", |_| drop(drain("db-1", 7, &Flaky::broken()))), "drain db-1 (007)");
    assert_eq!(only("operation", |_| drop(drain("db-1", 7, &Flaky::failing(1)))), "drain db-1 (007)");
    let call = |flaky: &Flaky| drop(finish(drain_async("db-2".to_owned(), flaky)));
    assert_eq!(only("operation", |_| call(&Flaky::broken())), "drain \"db-2\"");
    assert_eq!(only("operation", |_| call(&Flaky::failing(1))), "drain \"db-2\"");
}

#[test]
fn places_in_a_name_may_be_fields() {
    struct User {
        name: &'static str,
        r#type: (u32, f64),
    }

    struct Client {
        id: u32,
        calls: u32,
    }

    impl Client {
        #[retry(
            max = 1,
            name = "{self.id:>3}/{user.name:?} {user.type.0} {n} {{self.id}} {user.type.1:.digits$}"
        )]
        fn get(&self, user: &User, n: u32, digits: usize) -> Result<u32, Down> {
            let _ = digits;
            Err(Down(n))
        }

        #[retry(max = 1, name = "get {self.id}", on_give_up = |_| ())]
        async fn get_async(&self) -> Result<u32, Down> {
            Err(Down(1))
        }

        #[retry(max = 1, name = "get {self.id}")]
        fn change(&mut self) -> Result<u32, Down> {
            self.calls += 1;
            Err(Down(self.calls))
        }
    }

    let mut client = Client { id: 7, calls: 0 };
    let user = User { name: "ada", r#type: (1, 2.5) };
    assert_eq!(only("operation", |_| _ = client.get(&user, 3, 1)), "  7/\"ada\" 1 3 {self.id} 2.5");
    assert_eq!(only("operation", |_| _ = finish(client.get_async())), "get 7");
    assert_eq!(only("operation", |_| _ = client.change()), "get 7");
}

#[test]
fn places_in_a_name_are_filled_in_only_after_a_failure() {
    struct Unspeakable;

    impl fmt::Display for Unspeakable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("nothing failed")
        }
    }

    #[retry(name = "drain {node}")]
    fn drain(node: &Unspeakable, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(told(|_| assert_eq!(drain(&Unspeakable, &Flaky::failing(0)), Ok(1))), []);
}

#[test]
fn arguments_that_the_name_does_not_ask_for_are_not_told() {
    #[retry(max = 2, name = "log in {user}")]
    fn log_in(user: &str, password: &str) -> Result<(), Down> {
        if password.is_empty() { Ok(()) } else { Err(Down(1)) }
    }

    let told = told(|_| drop(log_in("root", "hunter2")));
    assert_eq!(told.len(), 2);
    assert!(!format!("{told:?}").contains("hunter2"));
}

#[test]
fn an_error_is_told_by_display_else_debug_else_the_name_of_its_type() {
    #[derive(Debug)]
    struct Debugged {
        #[expect(dead_code, reason = "it is there to be printed")]
        code: u32,
    }

    struct Bare;

    #[retry]
    fn displayed() -> Result<(), Down> {
        Err(Down(7))
    }

    #[retry]
    fn debugged() -> Result<(), Debugged> {
        Err(Debugged { code: 7 })
    }

    #[retry]
    fn bare() -> Result<(), Bare> {
        Err(Bare)
    }

    #[retry]
    async fn boxed() -> Result<(), Box<dyn std::error::Error>> {
        Err(Down(8).into())
    }

    #[retry]
    async fn any() -> anyhow::Result<()> {
        Err(anyhow::Error::new(Down(9)).context("in context"))
    }

    #[retry]
    fn none() -> Option<()> {
        None
    }

    assert_eq!(only("error", |_| drop(displayed())), "down at call 7");
    assert_eq!(only("error", |_| drop(debugged())), "Debugged { code: 7 }");
    assert!(only("error", |_| drop(bare())).ends_with("::Bare"));
    assert_eq!(only("error", |_| drop(finish(boxed()))), "down at call 8");
    assert_eq!(only("error", |_| drop(finish(any()))), "in context");
    assert_eq!(only("error", |_| _ = none()), "()");
}

#[test]
fn in_generic_code_bounds_tell_what_an_error_is() {
    #[retry]
    fn displayed<E: fmt::Display>(error: impl Fn() -> E) -> Result<(), E> {
        Err(error())
    }

    #[retry]
    fn debugged<E: Debug>(error: impl Fn() -> E) -> Result<(), E> {
        Err(error())
    }

    #[retry]
    fn bare<E>(error: impl Fn() -> E) -> Result<(), E> {
        Err(error())
    }

    assert_eq!(only("error", |_| drop(displayed(|| Down(7)))), "down at call 7");
    assert_eq!(only("error", |_| drop(debugged(|| Down(7)))), "Down(7)");
    assert_eq!(only("error", |_| drop(bare(|| Down(7)))), "it::support::Down");
}

#[test]
fn without_the_attribute_the_operation_is_a_place_or_a_name() {
    let policy = Policy::new().max(2);
    let above = |line: u32| format!("{}:{}:", file!(), line - 1);
    let operation = only("operation", |_| drop(policy.run(|| Err::<(), _>(Down(1)))));
    assert!(operation.starts_with(&above(line!())), "{operation}");
    let operation = only("operation", |_| drop(finish(policy.run_async(async || Err::<(), _>(Down(1))))));
    assert!(operation.starts_with(&above(line!())), "{operation}");
    let named = |_: &Guard| drop(policy.retry(|| Err::<(), _>(Down(1))).name("ping {host}").run());
    assert_eq!(only("operation", named), "ping {host}");
    let call = |failures| {
        let flaky = Flaky::failing(failures);
        move |_: &Guard| drop(finish(policy.retry_async(async || flaky.call()).name("ping {host}")))
    };
    assert_eq!(only("operation", call(9)), "ping {host}");
    assert_eq!(only("operation", call(1)), "ping {host}");
}

#[test]
fn without_the_attribute_the_error_is_told_by_the_name_of_its_type() {
    assert_eq!(only("error", |_| drop(Policy::new().run(|| Err::<(), _>(Down(1))))), "it::support::Down");
}

/// A change of a circuit breaker's state.
fn change(from: CircuitState, to: CircuitState) -> Told {
    let message = "circuit breaker changed its state";
    event(Level::WARN, &format!("message={message}, breaker=\"db\", from={from}, to={to}"))
}

#[test]
fn a_circuit_breaker_tells_each_change_of_its_state() {
    let told = told(|guard| {
        let breaker = CircuitBreaker::new().name("db").consecutive_failures(1);
        breaker.acquire().expect("closed").failure();
        assert!(breaker.acquire().is_err());
        guard.advance(Duration::from_secs(30));
        breaker.acquire().expect("a trial").success();
        breaker.reset();
        breaker.force_open();
        breaker.force_open();
        breaker.disable();
        breaker.reset();
    });
    let states = [Closed, Open, HalfOpen, Closed, ForcedOpen, Disabled, Closed];
    let mut expected: Vec<_> = states.windows(2).map(|pair| change(pair[0], pair[1])).collect();
    expected.insert(1, refusal("open, retry_in_ms=30000"));
    assert_eq!(told, expected);
}

/// The refusal of a call by a circuit breaker.
fn refusal(state: &str) -> Told {
    let message = "circuit breaker refused a call";
    event(Level::DEBUG, &format!("message={message}, breaker=\"db\", state={state}"))
}

#[test]
fn a_breaker_that_is_held_open_tells_no_time() {
    let told = told(|_| {
        let breaker = CircuitBreaker::new().name("db");
        breaker.force_open();
        assert!(breaker.acquire().is_err());
    });
    assert_eq!(told, [change(Closed, ForcedOpen), refusal("forced_open")]);
}

#[test]
fn a_throttle_tells_what_it_refuses() {
    let told = told(|_| {
        let throttle = Throttle::new().name("search");
        while let Ok(pass) = throttle.acquire() {
            pass.rejected();
        }
    });
    let [refused] = &*told else { panic!("one event: {told:?}") };
    let probability: f64 = refused.field("probability").expect("the field").parse().expect("a number");
    assert!((0.0..=0.9).contains(&probability), "{probability}");
    let fields = format!("message=throttle refused a call, throttle=\"search\", probability={probability:?}");
    assert_eq!(*refused, event(Level::DEBUG, &fields));
}

#[test]
fn a_hedged_call_tells_each_copy_and_which_one_wins() {
    static READS: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    async fn answer(key: &str, tries: &Cell<u32>) -> Result<(), Down> {
        let is_first = tries.replace(tries.get() + 1) == 0;
        tokio::time::sleep(Duration::from_millis(if is_first { 200 } else { 10 })).await;
        if key == "b" { Err(Down(1)) } else { Ok(()) }
    }

    #[retry(max = 1, hedge = READS, name = "read {key}")]
    async fn usual(key: &str, tries: &Cell<u32>) -> Result<(), Down> {
        answer(key, tries).await
    }

    #[retry(max = 1, hedge = READS, name = "read {key}", log = trace)]
    async fn trace(key: &str, tries: &Cell<u32>) -> Result<(), Down> {
        answer(key, tries).await
    }

    #[retry(max = 1, hedge = READS, name = "read {key}", log = off)]
    async fn off(key: &str, tries: &Cell<u32>) -> Result<(), Down> {
        answer(key, tries).await
    }

    let (listener, _listening) = Listener::listen();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        assert!(usual("a", &Cell::new(0)).await.is_ok());
        assert!(trace("a", &Cell::new(0)).await.is_ok());
        assert!(off("a", &Cell::new(0)).await.is_ok());
        assert!(usual("b", &Cell::new(0)).await.is_err());
    });
    let copy = |level, message, delay| {
        let fields = format!("operation=read {{key}}, attempt=1, copy=1, delay_ms={delay}");
        event(level, &format!("message={message}, {fields}"))
    };
    let (started, won) = ("attempt has not answered, copy started", "copy answered first");
    let told = listener.told();
    assert_eq!(
        told[..5],
        [
            copy(Level::DEBUG, started, 50),
            copy(Level::DEBUG, won, 60),
            copy(Level::TRACE, started, 50),
            copy(Level::TRACE, won, 60),
            copy(Level::DEBUG, started, 50),
        ]
    );
    assert_eq!(told.len(), 6, "the copy fails, and then the attempt: {told:?}");
}

#[test]
fn a_budget_tells_what_it_pays_and_what_it_refuses() {
    let told = told(|_| {
        let budget = RetryBudget::new().name("db retries").reserve_per_second(1).ttl(Duration::from_secs(2));
        assert!(budget.try_withdraw() && budget.try_withdraw() && !budget.try_withdraw());
    });
    let of_budget = |level, message, balance| {
        event(
            level,
            &format!("message=retry budget {message} a retry, budget=\"db retries\", balance={balance}"),
        )
    };
    let paid = |balance| of_budget(Level::TRACE, "paid for", balance);
    assert_eq!(told, [paid(1), paid(0), of_budget(Level::DEBUG, "refused", 0)]);
}

#[test]
fn changes_by_many_threads_are_told_in_their_order() {
    let (listener, _listening) = Listener::listen();
    let breaker = CircuitBreaker::new().name("db");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let listening = tracing::Dispatch::new(listener.clone());
                tracing::dispatcher::with_default(&listening, || {
                    for _ in 0..500 {
                        breaker.force_open();
                        breaker.reset();
                        breaker.disable();
                    }
                });
            });
        }
    });
    let told = listener.told();
    let mut last = Closed.as_str();
    for told in &told {
        assert_eq!(told.field("from"), Some(last));
        last = told.field("to").expect("a state");
    }
    assert!(told.len() > 500);
    assert_eq!(last, breaker.state().as_str());
}
