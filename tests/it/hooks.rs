//! `on_retry`, `on_give_up` and `attempt`: what the caller sees of a call while it runs.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use reattempt::testing::Guard;
use reattempt::{GiveUpEvent, GiveUpReason, RetryEvent, retry, testing};
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{Down, Flaky, finish, run, secs};

/// What was told, in words.
type Log = RefCell<Vec<String>>;

fn retried<E: Debug>(event: &RetryEvent<'_, E>) -> String {
    format!(
        "{} {}/{:?} {:?} after {:?}: {:?} more",
        event.operation(),
        event.attempt(),
        event.max_attempts(),
        event.error(),
        event.elapsed(),
        event.delay(),
    )
}

fn gave_up<E: Debug>(event: &GiveUpEvent<'_, E>) -> String {
    format!(
        "{} {}/{:?} {:?} after {:?}: {:?}",
        event.operation(),
        event.attempt(),
        event.max_attempts(),
        event.error(),
        event.elapsed(),
        event.reason(),
    )
}

fn unexpected() {
    panic!("a hook was told");
}

#[retry(
    max = 3,
    base = "1s",
    jitter = none,
    name = "fetch {key}",
    on_retry = |event| log.borrow_mut().push(retried(event)),
    on_give_up = |event| log.borrow_mut().push(gave_up(event)),
)]
fn fetch(guard: &Guard, op: &Flaky, key: &str, log: &Log) -> Result<u32, Down> {
    guard.advance(Duration::from_millis(500));
    op.call()
}

#[retry(
    max = 3,
    base = "1s",
    jitter = none,
    name = "fetch {key}",
    on_retry = |event| log.borrow_mut().push(retried(event)),
    on_give_up = |event| log.borrow_mut().push(gave_up(event)),
)]
async fn fetch_async(guard: &Guard, op: &Flaky, key: &str, log: &Log) -> Result<u32, Down> {
    guard.advance(Duration::from_millis(500));
    let call = op.call()?;
    Ok(call)
}

const RETRIES: [&str; 2] = [
    "fetch k 1/Some(3) Some(Down(1)) after 500ms: 1s more",
    "fetch k 2/Some(3) Some(Down(2)) after 2s: 2s more",
];
const END: &str = "fetch k 3/Some(3) Some(Down(3)) after 4.5s: MaxAttempts";

#[test]
fn hooks_are_told_all_there_is_to_tell() {
    let (guard, log) = (testing::no_wait(), Log::default());
    assert_eq!(fetch(&guard, &Flaky::broken(), "k", &log), Err(Down(3)));
    assert_eq!(log.take(), [RETRIES[0], RETRIES[1], END]);
    assert_eq!(finish(fetch_async(&guard, &Flaky::broken(), "k", &log)), Err(Down(3)));
    assert_eq!(log.take(), [RETRIES[0], RETRIES[1], END]);
}

#[test]
fn a_call_that_recovers_tells_of_its_retries_alone() {
    let (guard, log) = (testing::no_wait(), Log::default());
    assert_eq!(fetch(&guard, &Flaky::failing(2), "k", &log), Ok(3));
    assert_eq!(finish(fetch_async(&guard, &Flaky::failing(2), "k", &log)), Ok(3));
    assert_eq!(log.take(), RETRIES.repeat(2));
    assert_eq!(fetch(&guard, &Flaky::failing(0), "k", &log), Ok(1));
    assert_eq!(finish(fetch_async(&guard, &Flaky::failing(0), "k", &log)), Ok(1));
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn unlimited_attempts_have_no_number() {
    #[retry(unlimited, on_retry = |event| assert_eq!(event.max_attempts(), None))]
    fn call(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    let _guard = testing::no_wait();
    assert_eq!(call(&Flaky::failing(20)), Ok(21));
}

#[test]
fn without_a_name_the_operation_is_the_functions_path() {
    #[retry(max = 2, on_retry = |event| log.borrow_mut().push(event.operation().to_owned()))]
    fn call(op: &Flaky, log: &Log) -> Result<u32, Down> {
        op.call()
    }

    let (_guard, log) = (testing::no_wait(), Log::default());
    assert!(call(&Flaky::broken(), &log).is_err());
    assert_eq!(log.take(), ["it::hooks::call"]);
}

#[test]
fn a_call_that_gives_up_tells_once_and_why() {
    #[retry(
        max = 3,
        unless = Down(1),
        on_retry = |_| unexpected(),
        on_give_up = |event| log.borrow_mut().push(gave_up(event)),
    )]
    fn permanent(op: &Flaky, log: &Log) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 1, on_retry = |_| unexpected(), on_give_up = |event| log.borrow_mut().push(gave_up(event)))]
    async fn single(op: &Flaky, log: &Log) -> Result<u32, Down> {
        op.call()
    }

    #[retry(
        base = "1s",
        deadline = "2s",
        retry_after = |_| Some(Duration::from_secs(2)),
        on_retry = |_| unexpected(),
        on_give_up = |event| log.borrow_mut().push(gave_up(event)),
    )]
    fn late(op: &Flaky, log: &Log) -> Result<u32, Down> {
        op.call()
    }

    #[retry(
        retry_after = |_| Some(Duration::MAX),
        on_retry = |_| unexpected(),
        on_give_up = |event| log.borrow_mut().push(gave_up(event)),
    )]
    async fn told_off(op: &Flaky, log: &Log) -> Result<u32, Down> {
        op.call()
    }

    let (guard, log) = (testing::no_wait(), Log::default());
    assert_eq!(permanent(&Flaky::broken(), &log), Err(Down(1)));
    assert_eq!(finish(single(&Flaky::broken(), &log)), Err(Down(1)));
    assert_eq!(late(&Flaky::broken(), &log), Err(Down(1)));
    assert_eq!(finish(told_off(&Flaky::broken(), &log)), Err(Down(1)));
    assert_eq!(
        log.take(),
        [
            "it::hooks::permanent 1/Some(3) Some(Down(1)) after 0ns: NotRetryable",
            "it::hooks::single 1/Some(1) Some(Down(1)) after 0ns: MaxAttempts",
            "it::hooks::late 1/Some(3) Some(Down(1)) after 0ns: Deadline",
            "it::hooks::told_off 1/Some(3) Some(Down(1)) after 0ns: HintTooLong",
        ]
    );
    assert_eq!(guard.delays(), []);
}

#[test]
fn the_delay_told_is_the_delay_waited() {
    #[retry(max = 50, base_ms = 10, on_retry = |event| told.push(event.delay()))]
    fn call(told: &mut Vec<Duration>) -> Option<()> {
        None
    }

    let (guard, mut told) = (testing::no_wait(), Vec::new());
    assert!(call(&mut told).is_none());
    assert_eq!(told.len(), 49);
    assert_eq!(guard.delays(), told);
}

mod order {
    //! Which comes first: hook, log, wait, end.

    use super::*;

    /// Notes in the log that an event came.
    struct Listener(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

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
            if event.metadata().target() == "reattempt" {
                self.0.lock().unwrap().push(format!("event {}", event.metadata().level()));
            }
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    type Steps = std::sync::Arc<std::sync::Mutex<Vec<String>>>;

    fn note(steps: &Steps, step: &str) {
        steps.lock().unwrap().push(step.to_owned());
    }

    /// What happened, in order.
    fn steps<T>(call: impl FnOnce(&Steps) -> T) -> Vec<String> {
        let steps = Steps::default();
        // While there is but one listener, a thread without any may switch an event off for all.
        let listeners = [0, 1].map(|_| tracing::Dispatch::new(Listener(steps.clone())));
        tracing::dispatcher::with_default(&listeners[0], || call(&steps));
        let steps = steps.lock().unwrap().clone();
        steps
    }

    #[retry(
        max = 2,
        base_ms = 1,
        sleep = |_| note(steps, "wait"),
        when = |_| { note(steps, "when"); true },
        on_retry = |_| note(steps, "on_retry"),
        on_give_up = |_| note(steps, "on_give_up"),
        fallback = |error| { note(steps, "fallback"); Err(error) },
    )]
    fn blocking(steps: &Steps, op: &Flaky) -> Result<u32, Down> {
        note(steps, "attempt");
        op.call()
    }

    #[retry(
        max = 2,
        base_ms = 1,
        sleep = async |_| note(steps, "wait"),
        when = |_| { note(steps, "when"); true },
        on_retry = async |_| note(steps, "on_retry"),
        on_give_up = async |_| note(steps, "on_give_up"),
        fallback = async |error| { note(steps, "fallback"); Err(error) },
    )]
    async fn asynchronous(steps: &Steps, op: &Flaky) -> Result<u32, Down> {
        note(steps, "attempt");
        op.call()
    }

    const ALL: [&str; 10] = [
        "attempt",
        "when",
        "on_retry",
        "event WARN",
        "wait",
        "attempt",
        "when",
        "on_give_up",
        "event ERROR",
        "fallback",
    ];

    #[test]
    fn a_hook_comes_before_the_event_and_the_event_before_the_wait() {
        assert_eq!(steps(|steps| blocking(steps, &Flaky::broken())), ALL);
        assert_eq!(steps(|steps| finish(asynchronous(steps, &Flaky::broken()))), ALL);
    }

    #[test]
    fn a_recovery_ends_with_its_event() {
        let expected: Vec<_> = ALL[..6].iter().copied().chain(["event INFO"]).collect();
        assert_eq!(steps(|steps| blocking(steps, &Flaky::failing(1))), expected);
        assert_eq!(steps(|steps| finish(asynchronous(steps, &Flaky::failing(1)))), expected);
    }
}

mod forms {
    //! How a hook can be written.

    use super::*;

    thread_local! {
        static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn tell(text: impl Into<String>) {
        TOLD.with_borrow_mut(|told| told.push(text.into()));
    }

    fn told() -> Vec<String> {
        TOLD.take()
    }

    fn on_retry(event: &RetryEvent<'_, Down>) {
        tell(format!("retry {:?}", event.error().map(|error| error.0)));
    }

    fn on_give_up(event: &GiveUpEvent<'_, Down>) {
        tell(format!("{:?}", event.reason()));
    }

    fn on_any_retry<E: Debug>(event: &RetryEvent<'_, E>) {
        tell(format!("retry {:?}", event.error()));
    }

    fn on_any_end<E>(event: &GiveUpEvent<'_, E>) {
        tell(format!("{:?}", event.reason()));
    }

    async fn on_retry_async(event: &RetryEvent<'_, Down>) {
        let attempt = event.attempt();
        tokio::task::yield_now().await;
        tell(format!("retry {:?} after {attempt}", event.error().map(|error| error.0)));
    }

    async fn on_give_up_async(event: &GiveUpEvent<'_, Down>) {
        tokio::task::yield_now().await;
        tell(format!("{:?}", event.reason()));
    }

    async fn on_any_retry_async<E: Debug>(event: &RetryEvent<'_, E>) {
        tokio::task::yield_now().await;
        tell(format!("retry {:?}", event.error()));
    }

    #[retry(max = 2, on_retry = on_retry, on_give_up = self::on_give_up)]
    fn paths(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 2, on_retry = on_retry, on_give_up = self::on_give_up)]
    async fn paths_in_async(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 2, on_retry = on_any_retry, on_give_up = on_any_end)]
    fn generic_paths(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 2, on_retry = on_any_retry, on_give_up = on_any_end::<E>)]
    async fn generic_paths_in_async<E: Debug>(call: impl Fn() -> Result<u32, E>) -> Result<u32, E> {
        call()
    }

    #[retry(max = 2, on_retry = on_retry_async, on_give_up = on_give_up_async)]
    async fn async_paths(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 2, on_retry = on_any_retry_async, on_give_up = on_any_end)]
    async fn generic_async_path(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[test]
    fn functions_by_their_paths() {
        let _guard = testing::no_wait();
        assert!(paths(&Flaky::broken()).is_err());
        assert_eq!(told(), ["retry Some(1)", "MaxAttempts"]);
        assert!(run(paths_in_async(&Flaky::broken())).is_err());
        assert_eq!(told(), ["retry Some(1)", "MaxAttempts"]);
        assert!(generic_paths(&Flaky::broken()).is_err());
        assert_eq!(told(), ["retry Some(Down(1))", "MaxAttempts"]);
        assert!(run(generic_paths_in_async(|| Err(7))).is_err());
        assert_eq!(told(), ["retry Some(7)", "MaxAttempts"]);
    }

    #[test]
    fn async_functions_by_their_paths() {
        assert!(run(async_paths(&Flaky::broken())).is_err());
        assert_eq!(told(), ["retry Some(1) after 1", "MaxAttempts"]);
        assert!(run(generic_async_path(&Flaky::broken())).is_err());
        assert_eq!(told(), ["retry Some(Down(1))", "MaxAttempts"]);
    }

    /// A client that reconnects between attempts.
    #[derive(Default)]
    struct Client {
        connected: Cell<bool>,
        reconnected: u32,
        ended: Option<GiveUpReason>,
    }

    impl Client {
        async fn reconnect(&mut self, attempt: u32) {
            tokio::task::yield_now().await;
            self.reconnected += attempt;
            self.connected.set(true);
        }

        #[retry(
            on_retry = async |event| self.reconnect(event.attempt()).await,
            on_give_up = |event| self.ended = Some(event.reason()),
        )]
        async fn send(&mut self, op: &Flaky) -> Result<u32, Down> {
            if self.connected.replace(false) { op.call() } else { Err(Down(0)) }
        }

        #[retry(
            on_retry = |event| {
                let (attempt, this) = (event.attempt(), &mut *self);
                async move { this.reconnect(attempt).await }
            },
        )]
        async fn send_by_block(&mut self, op: &Flaky) -> Result<u32, Down> {
            if self.connected.replace(false) { op.call() } else { Err(Down(0)) }
        }

        #[retry(
            on_retry = |event| self.reconnected += event.attempt() * factor,
            on_give_up = |event| { self.ended = Some(event.reason()); log.push(event.attempt()) },
        )]
        fn send_blocking(&mut self, factor: u32, log: &mut Vec<u32>) -> Result<u32, Down> {
            log.push(self.reconnected);
            Err(Down(0))
        }

        fn note(&self, event: &RetryEvent<'_, Down>) {
            self.connected.set(event.attempt() == 2);
        }

        #[retry(on_retry = |event| Self::note(self, event))]
        async fn by_method(&self, op: &Flaky) -> Result<u32, Down> {
            op.call()
        }
    }

    #[test]
    fn closures_may_change_self_and_arguments() {
        let mut client = Client::default();
        assert_eq!(run(client.send(&Flaky::failing(1))), Ok(2));
        assert_eq!(client.reconnected, 1 + 2);
        assert_eq!(run(client.send(&Flaky::broken())), Err(Down(2)));
        assert_eq!(client.ended, Some(GiveUpReason::MaxAttempts));

        let mut client = Client::default();
        assert_eq!(run(client.send_by_block(&Flaky::failing(1))), Ok(2));
        assert_eq!(client.reconnected, 1 + 2);

        let (_guard, mut client, mut log) = (testing::no_wait(), Client::default(), Vec::new());
        assert_eq!(client.send_blocking(10, &mut log), Err(Down(0)));
        assert_eq!(log, [0, 10, 30, 3]);
        assert_eq!(client.ended, Some(GiveUpReason::MaxAttempts));

        let client = Client::default();
        assert_eq!(run(client.by_method(&Flaky::failing(2))), Ok(3));
        assert!(client.connected.get());
    }

    #[test]
    fn an_async_hook_ends_before_the_wait_begins() {
        #[retry(
            max = 3,
            base = "1s",
            jitter = none,
            on_retry = async |event| {
                tell(format!("begin {}", event.attempt()));
                tokio::time::sleep(Duration::from_secs(10)).await;
                tell("end");
            },
            sleep = async |delay| { tell(format!("wait {delay:?}")); tokio::time::sleep(delay).await },
        )]
        async fn call(op: &Flaky) -> Result<u32, Down> {
            tell("attempt");
            op.call()
        }

        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let elapsed = runtime.block_on(async {
            let start = tokio::time::Instant::now();
            assert_eq!(call(&Flaky::failing(2)).await, Ok(3));
            start.elapsed()
        });
        assert_eq!(elapsed, Duration::from_secs(10 + 1 + 10 + 2));
        assert_eq!(
            told(),
            ["attempt", "begin 1", "end", "wait 1s", "attempt", "begin 2", "end", "wait 2s", "attempt"]
        );
    }

    #[test]
    fn a_future_with_setup_has_hooks_that_see_its_locals() {
        #[retry(on_retry = |_| seen.set(seen.get() + offset))]
        fn later(op: &Flaky, seen: Rc<Cell<u32>>) -> impl Future<Output = Result<u32, Down>> {
            let offset = 10;
            async move { op.call() }
        }

        #[retry(on_retry = async |_| { tokio::task::yield_now().await; seen.set(seen.get() + 1) })]
        fn boxed<'a>(op: &'a Flaky, seen: &'a Cell<u32>) -> Pin<Box<dyn Future<Output = Option<u32>> + 'a>> {
            Box::pin(async move {
                let call = op.call().ok()?;
                Some(call)
            })
        }

        let seen = Rc::new(Cell::new(0));
        assert_eq!(run(later(&Flaky::failing(2), Rc::clone(&seen))), Ok(3));
        assert_eq!(seen.replace(0), 20);
        assert_eq!(run(boxed(&Flaky::failing(2), &seen)), Some(3));
        assert_eq!(seen.get(), 2);
    }

    #[test]
    fn a_hook_that_is_a_value() {
        #[retry(max = 2, on_retry = &hook)]
        fn blocking(hook: impl Fn(&RetryEvent<'_, Down>)) -> Result<(), Down> {
            Err(Down(0))
        }

        #[retry(max = 2, on_retry = &*hooks.0, on_give_up = hooks.1)]
        fn fields(
            hooks: &(Box<dyn Fn(&RetryEvent<'_, Down>)>, fn(&GiveUpEvent<'_, Down>)),
        ) -> Result<(), Down> {
            Err(Down(0))
        }

        #[retry(max = 2, on_retry = &*hooks.0, on_give_up = hooks.1)]
        async fn fields_in_async(
            hooks: &(Box<dyn Fn(&RetryEvent<'_, Down>)>, fn(&GiveUpEvent<'_, Down>)),
        ) -> Result<(), Down> {
            Err(Down(0))
        }

        let _guard = testing::no_wait();
        assert!(blocking(on_retry).is_err());
        assert!(fields(&(Box::new(on_retry), on_give_up)).is_err());
        assert!(run(fields_in_async(&(Box::new(on_retry), on_give_up))).is_err());
        assert_eq!(told(), ["retry Some(0)", "retry Some(0)", "MaxAttempts", "retry Some(0)", "MaxAttempts"]);
    }

    #[test]
    fn options_have_hooks_too() {
        #[retry(
            max = 2,
            on_retry = |event| assert_eq!(event.error(), Some(&())),
            on_give_up = async |event| tell(format!("{:?}", event.error())),
        )]
        async fn absent() -> Option<()> {
            None
        }

        assert!(run(absent()).is_none());
        assert_eq!(told(), ["Some(())"]);
    }
}

mod blocks {
    //! Hooks on `impl` blocks and under `#[async_trait]`.

    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Client {
        log: Mutex<Vec<String>>,
        calls: u32,
    }

    impl Client {
        fn note(&self, text: String) {
            self.log.lock().unwrap().push(text);
        }

        fn log(&self) -> Vec<String> {
            self.log.lock().unwrap().clone()
        }
    }

    #[retry(
        max = 2,
        attempt = n,
        on_retry = |event| self.note(format!("retry {}", event.attempt())),
        on_give_up = |event| self.note(format!("{:?}", event.reason())),
    )]
    impl Client {
        fn blocking(&self) -> Result<u32, Down> {
            Err(Down(n))
        }

        async fn asynchronous(&self) -> Result<u32, Down> {
            self.note(format!("attempt {n}"));
            Err(Down(n))
        }

        #[retry(on_retry = |_| {}, max = 3)]
        fn of_its_own(&mut self) -> Result<u32, Down> {
            self.calls += n;
            Err(Down(self.calls))
        }
    }

    #[test]
    fn a_block_has_hooks_for_all_its_methods() {
        let _guard = testing::no_wait();
        let client = Client::default();
        assert_eq!(client.blocking(), Err(Down(2)));
        assert_eq!(client.log(), ["retry 1", "MaxAttempts"]);
        let client = Client::default();
        assert_eq!(run(client.asynchronous()), Err(Down(2)));
        assert_eq!(client.log(), ["attempt 1", "retry 1", "attempt 2", "MaxAttempts"]);
        let mut client = Client::default();
        assert_eq!(client.of_its_own(), Err(Down(1 + 2 + 3)));
        assert_eq!(client.log(), ["MaxAttempts"]);
    }

    #[async_trait]
    trait Service {
        async fn call(&self, key: &str) -> Result<u32, Down>;
        async fn change(&mut self, key: String) -> Result<u32, Down>;
    }

    struct Inside(Client);

    #[async_trait]
    impl Service for Inside {
        #[retry(
            max = 2,
            attempt = n,
            on_retry = |event| self.0.note(format!("{key} {}", event.attempt())),
            on_give_up = async |event| {
                tokio::task::yield_now().await;
                self.0.note(format!("{:?}", event.reason()));
            },
        )]
        async fn call(&self, key: &str) -> Result<u32, Down> {
            tokio::task::yield_now().await;
            let failed: Result<u32, Down> = Err(Down(n));
            let value = failed?;
            Ok(value)
        }

        #[retry(
            max = 2,
            on_retry = async |event| {
                self.0.calls += event.attempt();
                tokio::task::yield_now().await;
            },
        )]
        async fn change(&mut self, key: String) -> Result<u32, Down> {
            self.0.note(format!("{key} {}", self.0.calls));
            Err(Down(self.0.calls))
        }
    }

    struct Around(Client);

    #[retry(
        max = 2,
        attempt = n,
        on_retry = |event| self.0.note(format!("{key} {}", event.attempt())),
        on_give_up = |event| self.0.note(format!("{:?}", event.reason())),
    )]
    #[async_trait]
    impl Service for Around {
        async fn call(&self, key: &str) -> Result<u32, Down> {
            tokio::task::yield_now().await;
            Err(Down(n))
        }

        async fn change(&mut self, key: String) -> Result<u32, Down> {
            self.0.calls += n;
            Err(Down(self.0.calls))
        }
    }

    struct Below(Client);

    #[async_trait]
    #[retry(
        max = 2,
        attempt = n,
        on_retry = |event| self.0.note(format!("{key} {}", event.attempt())),
        on_give_up = |event| self.0.note(format!("{:?}", event.reason())),
    )]
    impl Service for Below {
        async fn call(&self, key: &str) -> Result<u32, Down> {
            tokio::task::yield_now().await;
            Err(Down(n))
        }

        async fn change(&mut self, key: String) -> Result<u32, Down> {
            self.0.calls += n;
            Err(Down(self.0.calls))
        }
    }

    #[test]
    fn under_async_trait_in_every_order() {
        let mut inside = Inside(Client::default());
        assert_eq!(run(inside.call("k")), Err(Down(2)));
        assert_eq!(inside.0.log(), ["k 1", "MaxAttempts"]);
        assert_eq!(run(inside.change("c".to_owned())), Err(Down(1)));
        assert_eq!(inside.0.log()[2..], ["c 0", "c 1"]);

        let mut around = Around(Client::default());
        assert_eq!(run(around.call("k")), Err(Down(2)));
        assert_eq!(run(around.change("c".to_owned())), Err(Down(3)));
        assert_eq!(around.0.log(), ["k 1", "MaxAttempts", "c 1", "MaxAttempts"]);

        let mut below = Below(Client::default());
        assert_eq!(run(below.call("k")), Err(Down(2)));
        assert_eq!(run(below.change("c".to_owned())), Err(Down(3)));
        assert_eq!(below.0.log(), ["k 1", "MaxAttempts", "c 1", "MaxAttempts"]);
    }
}

mod panics {
    //! A hook that panics.

    use super::*;

    /// Counts itself while it lives.
    #[derive(Debug)]
    struct Live(Rc<Cell<i32>>);

    impl Live {
        fn new(count: &Rc<Cell<i32>>) -> Live {
            count.set(count.get() + 1);
            Live(Rc::clone(count))
        }
    }

    impl Drop for Live {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }

    /// Panics where a plain `panic!` would make a closure of the type `!`.
    fn panicked<T>() -> T {
        panic!("hook")
    }

    macro_rules! panicking {
        ($count:ident, $attempts:ident; $($argument:tt)*) => {{
            #[retry(max = 2, $($argument)*)]
            fn blocking($count: &Rc<Cell<i32>>, $attempts: &Cell<u32>) -> Result<Live, Live> {
                $attempts.set($attempts.get() + 1);
                let _local = Live::new($count);
                Err(Live::new($count))
            }

            #[retry(max = 2, $($argument)*)]
            async fn asynchronous($count: &Rc<Cell<i32>>, $attempts: &Cell<u32>) -> Result<Live, Live> {
                $attempts.set($attempts.get() + 1);
                let _local = Live::new($count);
                tokio::task::yield_now().await;
                Err(Live::new($count))
            }

            let (guard, count) = (testing::no_wait(), Rc::new(Cell::new(0)));
            let attempts = [Cell::new(0), Cell::new(0)];
            let unwound = catch_unwind(AssertUnwindSafe(|| blocking(&count, &attempts[0]).is_ok()));
            assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"hook"));
            let unwound = catch_unwind(AssertUnwindSafe(|| run(asynchronous(&count, &attempts[1])).is_ok()));
            assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"hook"));
            assert_eq!(count.get(), 0);
            drop(guard);
            attempts.map(Cell::into_inner)
        }};
    }

    #[test]
    fn propagates_and_leaks_nothing() {
        assert_eq!(panicking!(count, attempts; on_retry = |_| panicked::<()>()), [1, 1]);
        assert_eq!(panicking!(count, attempts; on_give_up = |_| panicked::<()>()), [2, 2]);
        assert_eq!(panicking!(count, attempts; when = |_| panic!("hook")), [1, 1]);
        assert_eq!(panicking!(count, attempts; retry_after = |_| panic!("hook")), [1, 1]);
        assert_eq!(panicking!(count, attempts; on = Live(_) if panicked::<bool>()), [1, 1]);
        assert_eq!(panicking!(count, attempts; fallback = |_| panicked::<Result<Live, Live>>()), [2, 2]);
    }

    #[test]
    fn of_an_async_hook_propagates_too() {
        #[retry(max = 2, on_retry = async |_| { tokio::task::yield_now().await; panic!("hook") })]
        async fn call(count: &Rc<Cell<i32>>) -> Result<Live, Live> {
            Err(Live::new(count))
        }

        let count = Rc::new(Cell::new(0));
        let unwound = catch_unwind(AssertUnwindSafe(|| run(call(&count)).is_ok()));
        assert_eq!(unwound.unwrap_err().downcast_ref::<&str>(), Some(&"hook"));
        assert_eq!(count.get(), 0);
    }

    #[test]
    fn a_future_that_is_dropped_in_a_hook_leaks_nothing() {
        #[retry(max = 2, on_retry = async |_| std::future::pending().await)]
        async fn call(count: &Rc<Cell<i32>>) -> Result<Live, Live> {
            Err(Live::new(count))
        }

        let (_guard, count) = (testing::no_wait(), Rc::new(Cell::new(0)));
        let mut future = Box::pin(call(&count));
        assert!(crate::support::poll(future.as_mut(), 3).is_none());
        assert_eq!(count.get(), 1);
        drop(future);
        assert_eq!(count.get(), 0);
    }

    #[test]
    fn the_error_is_dropped_before_the_wait() {
        #[retry(max = 2, on_retry = |_| {}, sleep = |_| live.push(count.get()))]
        fn blocking(count: &Rc<Cell<i32>>, live: &mut Vec<i32>) -> Result<(), Live> {
            Err(Live::new(count))
        }

        #[retry(max = 2, on_retry = async |_| {}, sleep = async |_| live.borrow_mut().push(count.get()))]
        async fn asynchronous(count: &Rc<Cell<i32>>, live: &RefCell<Vec<i32>>) -> Result<(), Live> {
            Err(Live::new(count))
        }

        let (count, live) = (Rc::new(Cell::new(0)), RefCell::default());
        assert!(finish(asynchronous(&count, &live)).is_err());
        assert_eq!(live.take(), [0]);
        let mut live = Vec::new();
        assert!(blocking(&count, &mut live).is_err());
        assert_eq!(count.get(), 0);
    }
}

mod numbers {
    //! The attempt's number.

    use super::*;

    #[retry(max = 4, attempt = n)]
    fn plain(seen: &RefCell<Vec<u32>>) -> Result<u32, u32> {
        seen.borrow_mut().push(n);
        if n == 3 { Ok(n) } else { Err(n) }
    }

    #[retry(max = 4, attempt = attempt)]
    fn in_a_closure(seen: &RefCell<Vec<u32>>) -> Result<u32, Box<dyn std::error::Error>> {
        seen.borrow_mut().push(attempt);
        let text = if attempt == 3 { "3" } else { "x" };
        let number: u32 = text.parse()?;
        Ok(number)
    }

    #[retry(max = 4, attempt = n)]
    async fn asynchronous(seen: &RefCell<Vec<u32>>) -> Result<u32, u32> {
        seen.borrow_mut().push(n);
        tokio::task::yield_now().await;
        let call = async { if n == 3 { Ok(n) } else { Err(n) } };
        let value = call.await?;
        Ok(value)
    }

    #[retry(max = 4, attempt = n)]
    async fn in_the_loop(seen: &RefCell<Vec<u32>>) -> Option<u32> {
        seen.borrow_mut().push(n);
        tokio::task::yield_now().await;
        (n == 3).then_some(n)
    }

    #[retry(max = 4, attempt = r#loop)]
    fn later(seen: &RefCell<Vec<u32>>) -> impl Future<Output = Option<u32>> {
        async {
            seen.borrow_mut().push(r#loop);
            (r#loop == 3).then_some(r#loop)
        }
    }

    #[test]
    fn counts_from_one() {
        let (_guard, seen) = (testing::no_wait(), RefCell::default());
        assert_eq!(plain(&seen), Ok(3));
        assert_eq!(seen.take(), [1, 2, 3]);
        assert_eq!(in_a_closure(&seen).unwrap(), 3);
        assert_eq!(seen.take(), [1, 2, 3]);
        assert_eq!(run(asynchronous(&seen)), Ok(3));
        assert_eq!(seen.take(), [1, 2, 3]);
        assert_eq!(run(in_the_loop(&seen)), Some(3));
        assert_eq!(seen.take(), [1, 2, 3]);
        assert_eq!(run(later(&seen)), Some(3));
        assert_eq!(seen.take(), [1, 2, 3]);
    }

    #[test]
    fn it_is_a_u32_and_shadows_an_argument() {
        #[retry(max = 2, attempt = n)]
        fn call(#[expect(unused_variables, reason = "it is shadowed")] n: &str) -> Result<(), u32> {
            let number: u32 = n;
            Err(number)
        }

        let _guard = testing::no_wait();
        assert_eq!(call("text"), Err(2));
    }

    #[tokio::test(start_paused = true)]
    async fn under_a_limit_on_each_attempt() {
        #[retry(max = 3, attempt = n, attempt_timeout = "5s", base = "1s", jitter = none)]
        async fn call() -> anyhow::Result<u32> {
            if n < 3 {
                std::future::pending::<()>().await;
            }
            Ok(n)
        }

        let guard = testing::no_wait();
        assert_eq!(call().await.unwrap(), 3);
        assert_eq!(guard.delays(), secs([1, 2]));
    }
}
