//! What no argument asks for: futures stay `Send` where they were, and errors need no trait.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, GiveUpEvent, Hedge, RetryBudget, RetryError, RetryEvent,
    Throttle, Throttled, retry, testing,
};

use crate::support::{Flaky, assert_send, run};

/// An error that stays on its thread, and has no other trait either.
struct Local(Rc<Cell<u32>>);

impl Local {
    fn new() -> Local {
        Local(Rc::new(Cell::new(1)))
    }

    fn number(&self) -> u32 {
        self.0.get()
    }
}

impl From<AttemptTimeout> for Local {
    fn from(_: AttemptTimeout) -> Self {
        Local::new()
    }
}

impl From<Throttled> for Local {
    fn from(_: Throttled) -> Self {
        Local::new()
    }
}

/// It refuses nothing.
static THROTTLE: Throttle = Throttle::new().minimum_requests(u32::MAX);

fn is_one(error: &Local) -> bool {
    error.number() == 1
}

fn no_hint(_: &Local) -> Option<Duration> {
    None
}

fn own_delay(error: &Local, attempt: u32) -> Duration {
    Duration::from_secs((error.number() * attempt).into())
}

fn on_retry(event: &RetryEvent<'_, Local>) {
    assert_eq!(event.error().map(Local::number), Some(1));
}

fn on_give_up(event: &GiveUpEvent<'_, Local>) {
    assert_eq!(event.error().map(Local::number), Some(1));
}

fn plain_fallback(error: Local) -> Result<u32, Local> {
    Ok(99 + error.number())
}

/// A function under each set of arguments, whose future is `Send` though its error is not.
macro_rules! stays_send {
    ($calls:ident, $failures:ident; $($name:ident: [$($argument:tt)*] -> $error:ty;)*) => {$(
        #[test]
        fn $name() {
            /// With an await in the attempt, so that there is something to hold across it.
            #[retry($($argument)*)]
            async fn call($calls: &AtomicU32, $failures: u32) -> Result<u32, $error> {
                tokio::task::yield_now().await;
                let call = $calls.fetch_add(1, Ordering::Relaxed) + 1;
                if call <= $failures { Err(Local::new()) } else { Ok(call) }
            }

            /// With a body that goes into a block of its own.
            #[retry($($argument)*)]
            async fn call_in_block($calls: &AtomicU32, $failures: u32) -> Result<u32, $error> {
                tokio::task::yield_now().await;
                let call = $calls.fetch_add(1, Ordering::Relaxed) + 1;
                if call <= $failures {
                    return Err(Local::new());
                }
                Ok(call)
            }

            fn run<F: Future + Send>(future: F) -> F::Output {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let _guard = testing::no_wait();
                runtime.enable_time().build().unwrap().block_on(future)
            }

            // Two failures are retried, unless the arguments say otherwise.
            assert!(matches!(run(call(&AtomicU32::new(0), 2)), Ok(3)));
            assert!(matches!(run(call_in_block(&AtomicU32::new(0), 2)), Ok(3)));
            let (first, second) = (AtomicU32::new(0), AtomicU32::new(0));
            let outcomes = (run(call(&first, u32::MAX)).ok(), run(call_in_block(&second, u32::MAX)).ok());
            assert_eq!(outcomes.0, outcomes.1);
            assert_eq!((first.into_inner(), second.into_inner()), (3, 3));
        }
    )*};
}

stays_send! { calls, failures;
    without_arguments: [] -> Local;
    with_on_type: [on = Local] -> Local;
    with_on_pattern: [on = Local(number) if number.get() == 1] -> Local;
    with_on_both: [on = [Local, Local(_)]] -> Local;
    with_unless: [unless = Local(number) if number.get() == 2] -> Local;
    with_when: [when = |error| error.number() == 1] -> Local;
    with_when_as_path: [when = is_one] -> Local;
    with_all_rules: [on = Local, unless = Local(number) if number.get() == 2, when = is_one] -> Local;
    with_retry_ok: [retry_ok = |call| *call == 0] -> Local;
    with_retry_after: [retry_after = |error| Some(Duration::from_secs(u64::from(error.number())))] -> Local;
    with_retry_after_as_path: [retry_after = no_hint] -> Local;
    with_attempt: [attempt = _n] -> Local;
    with_on_retry: [on_retry = |event| assert_eq!(event.attempt(), calls.load(Ordering::Relaxed))] -> Local;
    with_on_retry_as_path: [on_retry = on_retry] -> Local;
    with_on_give_up: [on_give_up = |event| assert_eq!(event.attempt(), 3)] -> Local;
    with_on_give_up_as_path: [on_give_up = on_give_up] -> Local;
    with_both_hooks: [on_retry = on_retry, on_give_up = |_| {}] -> Local;
    with_fallback: [fallback = |error| Ok(99 + error.number())] -> Local;
    with_fallback_as_path: [fallback = plain_fallback] -> Local;
    with_name: [name = "fetch {failures}"] -> Local;
    with_attempt_timeout: [attempt_timeout = "5s", when = is_one] -> Local;
    with_sleep: [sleep = tokio::time::sleep, on_retry = on_retry] -> Local;
    with_throttle: [throttle = &THROTTLE] -> Local;
    with_throttle_and_hooks: [throttle = THROTTLE, on_retry = on_retry, on_give_up = on_give_up] -> Local;
    with_throttle_and_retry_ok: [throttle = THROTTLE, retry_ok = |call| *call == 0] -> Local;
    with_throttle_and_fallback: [throttle = THROTTLE, fallback = plain_fallback] -> Local;
    with_throttle_and_attempt_timeout: [throttle = THROTTLE, attempt_timeout = "5s"] -> Local;
    with_call: [call = c, when = |error| error.number() == c.attempt().min(1)] -> Local;
    with_call_and_hooks: [call = c, on_retry = |_| assert!(c.attempt() > 1), on_give_up = |_| assert!(c.is_last())] -> Local;
    with_call_and_attempt_timeout: [call = _c, attempt_timeout = "5s", when = is_one] -> Local;
    with_restart_after: [restart_after = "2m"] -> Local;
    with_delay: [delay = |error, attempt| Duration::from_secs((error.number() * attempt).into())] -> Local;
    with_delay_and_hooks: [delay = own_delay, on_retry = on_retry, on_give_up = |_| {}] -> Local;
    with_on_success: [on_success = |event| assert_eq!(event.attempt(), calls.load(Ordering::Relaxed))] -> Local;
    with_async_on_success: [on_success = async |_| {}, call = _c, delay = own_delay] -> Local;
    with_delays: [delays = ["1s", "3s"]] -> Local;
    with_log: [log = info, log_after = 1, name = "fetch {failures}"] -> Local;
    with_retry_after_ok: [retry_ok = |call| *call == 0, retry_after_ok = |_| None, hint = exact] -> Local;
    with_hedge: [hedge = "1h"] -> Local;
    with_hedge_and_rules: [hedge = HEDGE, on = Local, unless = Local(number) if number.get() == 2, when = is_one] -> Local;
    with_hedge_and_retry_ok: [hedge = HEDGE, retry_ok = |call| *call == 0, retry_after_ok = |_| None] -> Local;
    with_hedge_and_attempt_timeout: [hedge = HEDGE, attempt_timeout = "5s"] -> Local;
    with_hedge_and_call: [hedge = HEDGE, call = c, when = |error| error.number() == c.attempt().min(1)] -> Local;
    with_hedge_and_sleep: [hedge = HEDGE, sleep = tokio::time::sleep, on_retry = on_retry] -> Local;
    with_hedge_sleep_and_attempt_timeout: [hedge = HEDGE, sleep = tokio::time::sleep, attempt_timeout = "5s"] -> Local;
    with_hedge_and_sleep_as_closure: [hedge = HEDGE, sleep = |time| async move { tokio::time::sleep(time).await }] -> Local;
    with_hedge_and_within: [hedge = HEDGE, within = "1h"] -> Local;
    with_hedge_and_hooks: [hedge = HEDGE, on_retry = on_retry, on_give_up = on_give_up, on_success = async |_| {}] -> Local;
    with_hedge_and_fallback: [hedge = HEDGE, fallback = plain_fallback, name = "fetch {failures}"] -> Local;
    with_hedge_and_delay: [hedge = HEDGE, delay = own_delay, retry_after = no_hint] -> Local;
    with_hedge_and_budget: [hedge = HEDGE, budget = BUDGET] -> Local;
    with_hedge_and_everything: [
        hedge = HEDGE,
        attempt_timeout = "5s",
        call = c,
        restart_after = "2m",
        delay = own_delay,
        on_success = |event| assert_eq!(event.attempt(), c.attempt()),
        on = Local,
        unless = Local(number) if number.get() == 2,
        when = is_one,
        retry_ok = |call| *call == 0,
        retry_after = no_hint,
        attempt = _n,
        on_retry = on_retry,
        on_give_up = on_give_up,
        fallback = plain_fallback,
        name = "fetch {failures}",
        budget = BUDGET,
    ] -> Local;
    with_everything: [
        call = c,
        restart_after = "2m",
        delay = own_delay,
        on_success = |event| assert_eq!(event.attempt(), c.attempt()),
        log = debug,
        on = Local,
        unless = Local(number) if number.get() == 2,
        when = is_one,
        retry_ok = |call| *call == 0,
        retry_after = no_hint,
        attempt = _n,
        on_retry = on_retry,
        on_give_up = on_give_up,
        fallback = plain_fallback,
        name = "fetch {failures}",
    ] -> Local;
}

static HEDGE: Hedge = Hedge::after(Duration::from_secs(3600));
static BUDGET: RetryBudget = RetryBudget::new();

/// The caller's error, which moves between threads though the body's does not.
#[derive(Debug)]
struct Moved(u32);

impl From<RetryError<Local>> for Moved {
    fn from(error: RetryError<Local>) -> Self {
        Moved(error.attempts())
    }
}

#[test]
fn with_error() {
    #[retry(error = Local)]
    async fn call(calls: &AtomicU32) -> Result<u32, Moved> {
        tokio::task::yield_now().await;
        calls.fetch_add(1, Ordering::Relaxed);
        Err(Local::new())
    }

    #[retry(
        error = Local,
        on = Local,
        on_retry = on_retry,
        on_give_up = on_give_up,
        fallback = |error| Err(error.into()),
    )]
    async fn call_in_block(calls: &AtomicU32) -> Result<u32, Moved> {
        tokio::task::yield_now().await;
        calls.fetch_add(1, Ordering::Relaxed);
        let failed: Result<u32, Local> = Err(Local::new());
        Ok(failed?)
    }

    let calls = AtomicU32::new(0);
    assert_eq!(run(assert_send(call(&calls))).unwrap_err().0, 3);
    assert_eq!(run(assert_send(call_in_block(&calls))).unwrap_err().0, 3);
    assert_eq!(calls.into_inner(), 6);
}

#[test]
fn with_a_breaker_and_a_hedge_if_the_error_can_move() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new();

    #[derive(Debug, PartialEq)]
    struct Gone;

    impl From<AttemptTimeout> for Gone {
        fn from(_: AttemptTimeout) -> Self {
            Gone
        }
    }

    impl From<CircuitOpen> for Gone {
        fn from(_: CircuitOpen) -> Self {
            Gone
        }
    }

    macro_rules! call {
        ($($argument:tt)*) => {{
            #[retry(hedge = HEDGE, breaker = BREAKER, $($argument)*)]
            async fn call(calls: &AtomicU32) -> Result<u32, Gone> {
                tokio::task::yield_now().await;
                match calls.fetch_add(1, Ordering::Relaxed) {
                    2 => Ok(3),
                    _ => Err(Gone),
                }
            }

            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let _guard = testing::no_wait();
            let calls = AtomicU32::new(0);
            let call = assert_send(call(&calls));
            assert_eq!(runtime.enable_time().build().unwrap().block_on(call), Ok(3));
        }};
    }

    call!();
    call!(attempt_timeout = "5s");
    call!(attempt_timeout = "5s", call = _c);
    call!(attempt_timeout = "5s", cancel = std::future::pending::<()>());
    call!(attempt_timeout = "5s", call = _c, retry_ok = |_| false, on_retry = async |_| {}, budget = BUDGET);
}

#[test]
fn with_async_hooks_that_see_an_error_which_can_move() {
    #[retry(
        on_retry = async |event| {
            tokio::task::yield_now().await;
            seen.fetch_add(event.attempt(), Ordering::Relaxed);
        },
        on_give_up = async |_| tokio::task::yield_now().await,
        fallback = async |error: u32| { tokio::task::yield_now().await; Ok(error) },
    )]
    async fn call(seen: &AtomicU32) -> Result<u32, u32> {
        tokio::task::yield_now().await;
        Err(7)
    }

    let seen = AtomicU32::new(0);
    assert_eq!(run(assert_send(call(&seen))), Ok(7));
    assert_eq!(seen.into_inner(), 1 + 2);
}

#[test]
fn with_an_async_hook_on_retry_an_error_that_stays_may_still_end_the_call() {
    // Not `Send`, since the hook looks at the error while it waits; it runs all the same.
    #[retry(on_retry = async |event| { tokio::task::yield_now().await; on_retry(event) })]
    async fn call(op: &Flaky) -> Result<u32, Local> {
        op.call().map_err(|_| Local::new())
    }

    assert!(run(call(&Flaky::broken())).is_err());
    assert!(matches!(run(call(&Flaky::failing(2))), Ok(3)));
}

#[test]
fn with_a_value_that_stays_on_its_thread() {
    #[retry(retry_ok = |value| value.get() == 0, on_retry = |_| {}, on_give_up = |_| {})]
    async fn call(calls: &AtomicU32) -> Result<Rc<Cell<u32>>, Local> {
        tokio::task::yield_now().await;
        let call = calls.fetch_add(1, Ordering::Relaxed);
        Ok(Rc::new(Cell::new(call)))
    }

    let calls = AtomicU32::new(0);
    assert!(run(assert_send(call(&calls))).is_ok_and(|value| value.get() == 1));
}

#[test]
fn with_what_the_hooks_capture() {
    struct Client {
        retries: AtomicU32,
    }

    impl Client {
        #[retry(
            on = Local(number) if number.get() == *wanted,
            on_retry = |event| self.retries.store(event.attempt(), Ordering::Relaxed),
            on_give_up = |event| last.clone_from(&event.operation().to_owned()),
            fallback = |_| Ok(text.len()),
            name = "{text}",
        )]
        async fn call(&self, wanted: &u32, last: &mut String, text: String) -> Result<usize, Local> {
            tokio::task::yield_now().await;
            Err(Local::new())
        }
    }

    let (client, mut last) = (Client { retries: AtomicU32::new(0) }, String::new());
    assert!(run(assert_send(client.call(&1, &mut last, "text".to_owned()))).is_ok_and(|length| length == 4));
    assert_eq!((client.retries.into_inner(), last.as_str()), (2, "text"));
}

#[tokio::test(start_paused = true)]
async fn with_a_hedge_and_a_sleep_that_borrows() {
    struct Client {
        hedge: Hedge,
        sleeps: AtomicU32,
    }

    impl Client {
        async fn get(&self, text: &str) -> Result<usize, Local> {
            tokio::task::yield_now().await;
            Ok(text.len())
        }

        async fn pause(&self, time: Duration) {
            self.sleeps.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(time).await;
        }

        #[retry(hedge = self.hedge, sleep = |time| self.pause(time))]
        async fn by_closure(&self, text: &str) -> Result<usize, Local> {
            self.get(text).await
        }

        #[retry(hedge = self.hedge, sleep = async |time| self.pause(time).await)]
        async fn by_async_closure(&self, text: &str) -> Result<usize, Local> {
            self.get(text).await
        }
    }

    let client = Client { hedge: Hedge::after(Duration::from_secs(9)), sleeps: AtomicU32::new(0) };
    assert!(assert_send(client.by_closure("text")).await.is_ok_and(|length| length == 4));
    assert!(assert_send(client.by_async_closure("text")).await.is_ok_and(|length| length == 4));
    assert_eq!(client.sleeps.into_inner(), 2, "one timer for each call");
}

#[tokio::test(start_paused = true)]
async fn with_a_hedge_and_arguments_that_stay_on_their_thread() {
    #[retry(hedge = "9s", within = "1h", name = "get {hits:?}")]
    async fn named(op: &AtomicU32, hits: Cell<u32>) -> Result<u32, Local> {
        tokio::task::yield_now().await;
        Ok(op.load(Ordering::Relaxed))
    }

    #[retry(hedge = "9s", delay = |_, n| Duration::from_millis((hits.get() + n).into()), on_retry = |_| hits.set(2))]
    async fn delayed(op: &AtomicU32, hits: Cell<u32>) -> Result<u32, Local> {
        tokio::task::yield_now().await;
        Ok(op.load(Ordering::Relaxed))
    }

    let (op, hits) = (AtomicU32::new(7), Cell::new(1));
    assert!(assert_send(named(&op, hits.clone())).await.is_ok_and(|value| value == 7));
    assert!(assert_send(delayed(&op, hits)).await.is_ok_and(|value| value == 7));
}

mod borrowed {
    //! Errors that borrow from the arguments and have no traits.

    use super::*;

    struct Borrowed<'a>(&'a str);

    impl From<AttemptTimeout> for Borrowed<'_> {
        fn from(_: AttemptTimeout) -> Self {
            Borrowed("late")
        }
    }

    macro_rules! borrows {
        ($($name:ident: [$($argument:tt)*];)*) => {$(
            #[test]
            fn $name() {
                #[retry($($argument)*)]
                fn blocking<'a>(op: &Flaky, text: &'a str) -> Result<u32, Borrowed<'a>> {
                    op.call().map_err(|_| Borrowed(text))
                }

                #[retry($($argument)*)]
                async fn asynchronous<'a>(op: &Flaky, text: &'a str) -> Result<u32, Borrowed<'a>> {
                    tokio::task::yield_now().await;
                    let call = op.call().map_err(|_| Borrowed(text))?;
                    Ok(call)
                }

                let (_guard, text) = (testing::no_wait(), "text".to_owned());
                assert!(matches!(blocking(&Flaky::failing(2), &text), Ok(3)));
                assert!(matches!(run(asynchronous(&Flaky::failing(2), &text)), Ok(3)));
                let ends = [blocking(&Flaky::broken(), &text), run(asynchronous(&Flaky::broken(), &text))];
                for end in ends {
                    assert!(end.map_or_else(|error| error.0 == "text", |value| value == 4));
                }
            }
        )*};
    }

    fn hears<'a>(event: &RetryEvent<'_, Borrowed<'a>>) {
        let text: Option<&'a str> = event.error().map(|error| error.0);
        assert_eq!(text, Some("text"));
    }

    fn length<'a>(error: Borrowed<'a>) -> Result<u32, Borrowed<'a>> {
        Ok(error.0.len() as u32)
    }

    borrows! {
        without_arguments: [];
        with_on_type: [on = Borrowed<'a>];
        with_on_type_elided: [on = Borrowed<'_>];
        with_on_pattern: [on = Borrowed("text")];
        with_unless: [unless = Borrowed("other")];
        with_when: [when = |error| error.0.len() == 4];
        with_retry_ok: [retry_ok = |call| *call == 0];
        with_retry_after: [retry_after = |error| Some(Duration::from_secs(error.0.len() as u64))];
        with_attempt: [attempt = _n];
        with_on_retry: [on_retry = |event| assert_eq!(event.error().map(|error| error.0), Some("text"))];
        with_on_retry_as_path: [on_retry = hears];
        with_on_give_up: [on_give_up = |event| assert_eq!(event.error().map(|error| error.0), Some("text"))];
        with_fallback: [fallback = |error| Ok(error.0.len() as u32)];
        with_fallback_as_path: [fallback = length];
    }

    #[test]
    fn with_async_hooks() {
        #[retry(
            on_retry = async |event| {
                tokio::task::yield_now().await;
                assert_eq!(event.error().map(|error| error.0), Some("text"));
            },
            on_give_up = async |event| assert_eq!(event.error().map(|error| error.0), Some("text")),
            fallback = async |error: Borrowed<'a>| { tokio::task::yield_now().await; length(error) },
        )]
        async fn call<'a>(op: &Flaky, text: &'a str) -> Result<u32, Borrowed<'a>> {
            op.call().map_err(|_| Borrowed(text))
        }

        assert!(matches!(run(call(&Flaky::broken(), &"text".to_owned())), Ok(4)));
    }

    #[tokio::test(start_paused = true)]
    async fn with_attempt_timeout() {
        #[retry(attempt_timeout = "5s", max = 2)]
        async fn call<'a>(_text: &'a str) -> Result<u32, Borrowed<'a>> {
            std::future::pending().await
        }

        let _guard = testing::no_wait();
        assert!(call(&"text".to_owned()).await.is_err_and(|error| error.0 == "late"));
    }

    #[test]
    fn with_error() {
        #[retry(error = Borrowed<'a>, max = 2)]
        fn call<'a>(text: &'a str) -> Result<u32, RetryError<Borrowed<'a>>> {
            Err(Borrowed(text))
        }

        let _guard = testing::no_wait();
        let text = "text".to_owned();
        let error = call(&text).unwrap_err();
        assert_eq!(error.last().map(|error| error.0), Some("text"));
    }
}
