//! The closure form against the attribute: the same operation gives the same result, waits and events.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::pin::pin;
use std::sync::Once;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use reattempt::observe::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};
use reattempt::{
    AttemptTimeout, Backoff, Call, CircuitBreaker, CircuitOpen, HintMode, Jitter, Observer, Policy,
    RetryBudget, RetryError, Retryable, retry, set_observer, testing,
};

const SECOND: Duration = Duration::from_secs(1);

thread_local! {
    static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note(text: String) {
    NOTES.with_borrow_mut(|notes| notes.push(text));
}

/// Notes every event of this thread.
struct Notes;

impl Observer for Notes {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        let (attempt, max, elapsed) = (event.attempt(), event.max_attempts(), event.elapsed());
        note(format!(
            "retry {} {attempt}/{max:?} {:?} {elapsed:?} {}",
            event.operation(),
            event.delay(),
            event.error()
        ));
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        let (attempt, max, elapsed) = (event.attempt(), event.max_attempts(), event.elapsed());
        note(format!("recovered {} {attempt}/{max:?} {elapsed:?}", event.operation()));
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        let (attempt, max, elapsed) = (event.attempt(), event.max_attempts(), event.elapsed());
        note(format!(
            "gave up {} {attempt}/{max:?} {:?} {elapsed:?} {}",
            event.operation(),
            event.reason(),
            event.error()
        ));
    }
}

#[derive(Debug)]
enum Failed {
    Busy,
    Gone,
    Wait(u64),
    Open(CircuitOpen),
    Slow(AttemptTimeout),
    Socket(io::Error),
}

use Failed::{Busy, Gone, Wait};

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failed::Open(error) => Some(error),
            Failed::Slow(error) => Some(error),
            Failed::Socket(error) => Some(error),
            _ => None,
        }
    }
}

impl Retryable for Failed {
    fn is_retryable(&self) -> bool {
        !matches!(self, Gone | Failed::Slow(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        if let Wait(seconds) = self { Some(Duration::from_secs(*seconds)) } else { None }
    }
}

impl From<CircuitOpen> for Failed {
    fn from(open: CircuitOpen) -> Failed {
        Failed::Open(open)
    }
}

impl From<AttemptTimeout> for Failed {
    fn from(timeout: AttemptTimeout) -> Failed {
        Failed::Slow(timeout)
    }
}

/// What one attempt does.
type Script<E> = fn(&World, u32) -> Result<u32, E>;

/// The surroundings of one call.
struct World {
    guard: testing::Guard,
    calls: Cell<u32>,
    budget: RetryBudget,
    breaker: CircuitBreaker,
    stopped: Cell<bool>,
}

impl World {
    fn new(seed: u64) -> World {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| set_observer(Notes).expect("it is the first"));
        NOTES.take();
        let guard = testing::no_wait();
        guard.seed(seed);
        World {
            guard,
            calls: Cell::new(0),
            budget: RetryBudget::new().reserve_per_second(0).ratio(1.0),
            breaker: CircuitBreaker::new().consecutive_failures(3).open_for(Duration::from_secs(5)),
            stopped: Cell::new(false),
        }
    }

    fn attempt<E>(&self, script: Script<E>) -> Result<u32, E> {
        self.calls.set(self.calls.get() + 1);
        assert!(self.calls.get() < 1000, "the retries do not end");
        note(format!("attempt {}", self.calls.get()));
        self.guard.advance(Duration::from_millis(10));
        script(self, self.calls.get())
    }

    fn called<E>(&self, call: &Call, script: fn(&World, u32, &Call) -> Result<u32, E>) -> Result<u32, E> {
        self.calls.set(self.calls.get() + 1);
        assert!(self.calls.get() < 1000, "the retries do not end");
        note(format!(
            "attempt {} as {} {} {:?}",
            self.calls.get(),
            call.attempt(),
            call.is_last(),
            call.elapsed()
        ));
        self.guard.advance(Duration::from_millis(10));
        script(self, self.calls.get(), call)
    }

    /// Waits for the end of the call.
    async fn stop(&self) {
        std::future::poll_fn(|_| if self.stopped.get() { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    /// Takes what was seen of the call.
    fn seen(self, result: impl fmt::Debug) -> Seen {
        let mut all = NOTES.take();
        all.push(format!("{result:?}"));
        all.push(format!("{:?}", self.guard.delays()));
        all.push(format!("budget {} {:?}", self.budget.balance(), self.breaker.state()));
        Seen(all)
    }
}

#[derive(PartialEq)]
struct Seen(Vec<String>);

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "\n      {line}"))
    }
}

fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future does not end")
}

/// Compares each form of the closure form with the attribute, sync and async.
macro_rules! same {
    ($failures:ident; $w:ident; $name:literal: $policy:expr, $error:ty, $script:expr; [$($attribute:tt)*] [$($steps:tt)*]) => {{
        const POLICY: Policy = $policy;
        let script: Script<$error> = $script;
        #[retry(policy = POLICY, name = "op", $($attribute)*)]
        fn sync($w: &World, script: Script<$error>) -> Result<u32, $error> {
            $w.attempt(script)
        }
        #[retry(policy = POLICY, name = "op", $($attribute)*)]
        async fn asynchronous($w: &World, script: Script<$error>) -> Result<u32, $error> {
            $w.attempt(script)
        }
        #[retry(policy = POLICY, name = "op", error = $error, $($attribute)*)]
        fn explained($w: &World, script: Script<$error>) -> Result<u32, RetryError<$error>> {
            $w.attempt(script)
        }
        #[retry(policy = POLICY, name = "op", error = $error, $($attribute)*)]
        async fn explained_async($w: &World, script: Script<$error>) -> Result<u32, RetryError<$error>> {
            $w.attempt(script)
        }
        for seed in 0..4 {
            let see = |run: &dyn Fn(&World) -> String| {
                let world = World::new(seed);
                let result = run(&world);
                world.seen(result)
            };
            let expected = see(&|$w: &World| format!("{:?}", sync($w, script)));
            let expected_async = see(&|$w: &World| format!("{:?}", finish(asynchronous($w, script))));
            let expected_explained = see(&|$w: &World| format!("{:?}", explained($w, script)));
            let expected_explained_async = see(&|$w: &World| format!("{:?}", finish(explained_async($w, script))));
            let all = [
                ("async attribute", &expected, expected_async),
                ("explained async attribute", &expected_explained, expected_explained_async),
                ("retry", &expected, see(&|$w: &World| format!("{:?}", POLICY.retry(|| $w.attempt(script)).name("op") $($steps)* .run()))),
                ("retry_with", &expected, see(&|$w: &World| format!("{:?}", POLICY.retry_with(|_| $w.attempt(script)) $($steps)* .name("op").run()))),
                ("retry_async", &expected, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async(async || $w.attempt(script)).name("op") $($steps)*)))),
                ("retry_async_with", &expected, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_with(|_| async { $w.attempt(script) }).name("op") $($steps)*)))),
                ("retry_async_mut", &expected, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_mut(async || $w.attempt(script)).name("op") $($steps)* .run())))),
                ("retry explained", &expected_explained, see(&|$w: &World| format!("{:?}", POLICY.retry(|| $w.attempt(script)).name("op") $($steps)* .run_or_explain()))),
                ("retry_with explained", &expected_explained, see(&|$w: &World| format!("{:?}", POLICY.retry_with(|_| $w.attempt(script)).name("op") $($steps)* .run_or_explain()))),
                ("retry_async explained", &expected_explained, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async(async || $w.attempt(script)).name("op") $($steps)* .run_or_explain())))),
                ("retry_async_with explained", &expected_explained, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_with(|_| async { $w.attempt(script) }).name("op") $($steps)* .run_or_explain())))),
                ("retry_async_mut explained", &expected_explained, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_mut(async || $w.attempt(script)).name("op") $($steps)* .run_or_explain())))),
            ];
            for (form, expected, seen) in all {
                if *expected != seen {
                    $failures.push(format!("{} by {form}, seed {seed}:\n    attribute: {expected:?}\n    closure: {seen:?}", $name));
                }
            }
        }
    }};
}

/// Compares like `same!`, where the sync and async forms have arguments of their own, and the error is not explained.
macro_rules! same_ended {
    ($failures:ident; $w:ident, $c:ident; $name:literal: $policy:expr, $ty:ty, $body:expr;
        [$($attribute:tt)*] [$($steps:tt)*] sync [$($own:tt)*] [$($step:tt)*] async [$($own_async:tt)*] [$($step_async:tt)*]) => {{
        const POLICY: Policy = $policy;
        #[retry(policy = POLICY, name = "op", call = $c, $($attribute)* $($own)*)]
        fn sync($w: &World) -> Result<u32, $ty> {
            $w.called(c_of($c), $body)
        }
        #[retry(policy = POLICY, name = "op", call = $c, $($attribute)* $($own_async)*)]
        async fn asynchronous($w: &World) -> Result<u32, $ty> {
            $w.called(c_of($c), $body)
        }
        #[retry(policy = POLICY, name = "op", call = $c, $($attribute)*)]
        fn no_cancel($w: &World) -> Result<u32, $ty> {
            $w.called(c_of($c), $body)
        }
        for seed in 0..3 {
            let see = |run: &dyn Fn(&World) -> String| {
                let world = World::new(seed);
                let result = run(&world);
                world.seen(result)
            };
            let expected = see(&|$w: &World| format!("{:?}", sync($w)));
            // Under a guard a sync `cancel` is asked once in a wait, at its end, and an async one twice.
            let expected_async = see(&|$w: &World| format!("{:?}", finish(asynchronous($w))));
            let plain = see(&|$w: &World| format!("{:?}", no_cancel($w)));
            let all = [
                ("retry_with", &expected, see(&|$w: &World| format!("{:?}", POLICY.retry_with(|$c| $w.called(c_of($c), $body)).name("op") $($steps)* $($step)* .run()))),
                ("retry_with, cancel first", &expected, see(&|$w: &World| format!("{:?}", POLICY.retry_with(|$c| $w.called(c_of($c), $body)).name("op") $($step)* $($steps)* .run()))),
                ("retry_async_with", &expected_async, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_with(|$c| async move { $w.called(c_of(&$c), $body) }).name("op") $($steps)* $($step_async)*)))),
                ("retry_async_with, cancel first", &expected_async, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_with(|$c| async move { $w.called(c_of(&$c), $body) }).name("op") $($step_async)* $($steps)*)))),
                ("retry_with, no cancel", &plain, see(&|$w: &World| format!("{:?}", POLICY.retry_with(|$c| $w.called(c_of($c), $body)).name("op") $($steps)*.run()))),
                ("retry_async_with, no cancel", &plain, see(&|$w: &World| format!("{:?}", finish(POLICY.retry_async_with(|$c| async move { $w.called(c_of(&$c), $body) }).name("op") $($steps)*)))),
            ];
            for (form, expected, seen) in all {
                if *expected != seen {
                    $failures.push(format!("{} by {form}, seed {seed}:\n    attribute: {expected:?}\n    closure: {seen:?}", $name));
                }
            }
        }
    }};
}

fn c_of(call: &Call) -> &Call {
    call
}

/// A script that fails a number of times.
macro_rules! fails {
    ($times:literal, $error:expr) => {
        |_, n| if n <= $times { Err($error) } else { Ok(n) }
    };
}

const PLAIN: Policy = Policy::new().max(5);
const LIST: &[Duration] = &[SECOND, Duration::from_millis(1), Duration::from_secs(90)];

fn report(failures: Vec<String>) {
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn each_policy() {
    let mut failures = Vec::new();
    macro_rules! policies {
        ($($name:literal $policy:expr;)*) => {$(
            same!(failures; w; $name: $policy, Failed, fails!(9, Busy); [] [.retryable().log_errors()]);
            same!(failures; w; $name: $policy, Failed, fails!(2, Busy); [] [.log_errors().retryable()]);
            same!(failures; w; $name: $policy, Failed, fails!(2, Wait(20)); [] [.log_errors().retryable()]);
            same!(failures; w; $name: $policy, Failed, |_, n| Err(if n == 3 { Gone } else { Busy }); [] [.log_errors().retryable()]);
        )*};
    }
    policies! {
        "plain" PLAIN;
        "full" PLAIN.jitter(Jitter::Full);
        "list" PLAIN.list(LIST);
        "list, up to" PLAIN.list(LIST).max(9).jitter(Jitter::UpTo(SECOND)).max_delay(Duration::from_secs(10));
        "decorrelated" PLAIN.jitter(Jitter::Decorrelated);
        "decorrelated list" PLAIN.list(LIST).max(7).jitter(Jitter::Decorrelated);
        "deadline" PLAIN.deadline(Duration::from_secs(6));
        "exact" PLAIN.hint(HintMode::Exact);
        "exact, decorrelated" PLAIN.hint(HintMode::Exact).jitter(Jitter::Decorrelated);
        "no hints" PLAIN.max_hint(Duration::ZERO);
        "one" PLAIN.max(1);
        "zero" PLAIN.base(Duration::ZERO);
        "linear" PLAIN.backoff(Backoff::LinearBy(Duration::from_millis(7)));
        "unlimited, deadline" PLAIN.unlimited().deadline(Duration::from_secs(600));
    }
    report(failures);
}

#[test]
fn each_step() {
    let mut failures = Vec::new();
    same!(failures; w; "when": PLAIN, Failed, |_, n| Err(if n == 3 { Gone } else { Busy });
        [when = |error| !matches!(error, Busy) || w.calls.get() < 2] [.when(|error| !matches!(error, Busy) || w.calls.get() < 2).log_errors()]);
    same!(failures; w; "on": PLAIN, Failed, |_, n| Err(if n == 3 { Busy } else { Failed::Socket(io::ErrorKind::TimedOut.into()) });
        [on = io::Error] [.on::<io::Error>().retryable().log_errors()]);
    same!(failures; w; "unless": PLAIN, Failed, |_, n| Err(if n < 3 { Busy } else { Failed::Socket(io::ErrorKind::TimedOut.into()) });
        [unless = io::Error] [.retryable().unless::<io::Error>().log_errors()]);
    same!(failures; w; "unless and on and when": PLAIN, Failed, |_, n| Err(if n < 3 { Busy } else { Failed::Socket(io::ErrorKind::TimedOut.into()) });
        [unless = io::Error, on = Failed, when = |_| true] [.when(|_| true).on::<Failed>().retryable().unless::<io::Error>().log_errors()]);
    same!(failures; w; "retry_after": PLAIN.hint(HintMode::Exact), Failed, |_, n| Err(if n == 2 { Wait(100) } else { Busy });
        [retry_after = |error| matches!(error, Busy).then_some(Duration::from_millis(5))]
        [.retry_after(|error| matches!(error, Busy).then_some(Duration::from_millis(5))).retryable().log_errors()]);
    same!(failures; w; "delay": PLAIN.deadline(Duration::from_secs(8)), Failed, |_, n| Err(if n == 2 { Wait(3) } else { Busy });
        [delay = |_, n| SECOND * n] [.delay(|_, n| SECOND * n).retryable().log_errors()]);
    same!(failures; w; "delay, max_delay, decorrelated": PLAIN.max_delay(SECOND).jitter(Jitter::Decorrelated), Failed, |_, n| Err(if n == 2 { Wait(3) } else { Busy });
        [delay = |_, n| SECOND * n] [.delay(|_, n| SECOND * n).retryable().log_errors()]);
    same!(failures; w; "retry_ok": PLAIN, Failed, |_, n| if n == 2 { Err(Busy) } else { Ok(n) };
        [retry_ok = |value| *value < 4] [.retry_ok(|value| *value < 4).retryable().log_errors()]);
    same!(failures; w; "retry_ok, used up": PLAIN, Failed, |_, n| if n == 2 { Err(Busy) } else { Ok(n) };
        [retry_ok = |value| *value < 9] [.retry_ok(|value| *value < 9).retryable().log_errors()]);
    same!(failures; w; "retry_after_ok": PLAIN, Failed, |_, n| if n == 2 { Err(Wait(9)) } else { Ok(n) };
        [retry_ok = |value| *value < 9, retry_after_ok = |value| (*value > 2).then_some(SECOND * 70 * *value)]
        [.retry_after_ok(|value| (*value > 2).then_some(SECOND * 70 * *value)).retry_ok(|value| *value < 9).retryable().log_errors()]);
    same!(failures; w; "retry_ok, delay": PLAIN, Failed, |_, n| if n == 2 { Err(Wait(9)) } else { Ok(n) };
        [retry_ok = |value| *value < 9, delay = |_, n| SECOND * n]
        [.delay(|_, n| SECOND * n).retry_ok(|value| *value < 9).retryable().log_errors()]);
    same!(failures; w; "hooks": PLAIN, Failed, fails!(2, Wait(4));
        [on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))]
        [.on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).retryable().log_errors()]);
    same!(failures; w; "hooks, gone": PLAIN, Failed, |_, n| Err(if n == 3 { Gone } else { Busy });
        [on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))]
        [.on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).retryable().log_errors()]);
    same!(failures; w; "hooks, refused values": PLAIN, Failed, |_, n| if n == 2 { Err(Busy) } else { Ok(n) };
        [retry_ok = |value| *value < 9, on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error(), event.value())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error(), event.value()))]
        [.on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error(), event.value()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error(), event.value()))).retry_ok(|value| *value < 9).retryable().log_errors()]);
    same!(failures; w; "restart_after": PLAIN, Failed, |w, n| { if n == 3 { w.guard.advance(SECOND * 5) } Err(Busy) };
        [restart_after = "5s"] [.restart_after(SECOND * 5).retryable().log_errors()]);
    same!(failures; w; "restart_after, recovered": PLAIN.jitter(Jitter::Decorrelated), Failed, |w, n| { if n == 3 { w.guard.advance(SECOND * 5) } if n < 5 { Err(Busy) } else { Ok(1) } };
        [restart_after = "5s", on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))] [.restart_after(SECOND * 5).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).retryable().log_errors()]);
    same!(failures; w; "restart_after, a first": PLAIN, Failed, |w, n| { if n == 1 { w.guard.advance(SECOND * 5) } if n < 2 { Err(Busy) } else { Ok(1) } };
        [restart_after = "5s"] [.restart_after(SECOND * 5).retryable().log_errors()]);
    same!(failures; w; "restart_after, retry_ok": PLAIN.deadline(Duration::from_secs(40)), Failed, |w, n| { if n % 3 == 0 { w.guard.advance(SECOND * 5) } Ok(n) };
        [restart_after = "5s", retry_ok = |_| true] [.restart_after(SECOND * 5).retry_ok(|_| true).retryable().log_errors()]);
    same!(failures; w; "budget": PLAIN, Failed, fails!(4, Busy); [budget = w.budget] [.budget(&w.budget).retryable().log_errors()]);
    same!(failures; w; "budget, recovered": PLAIN, Failed, fails!(1, Wait(2)); [budget = w.budget] [.retryable().budget(&w.budget).log_errors()]);
    same!(failures; w; "breaker": PLAIN, Failed, fails!(9, Busy); [breaker = w.breaker] [.retryable().breaker(&w.breaker).log_errors()]);
    same!(failures; w; "breaker, long wait": PLAIN.base(Duration::from_secs(6)).max_delay(Duration::from_secs(100)), Failed, fails!(9, Busy); [breaker = w.breaker] [.retryable().breaker(&w.breaker).log_errors()]);
    same!(failures; w; "breaker, opens in an attempt": PLAIN, Failed, |w, n| { if n == 2 { w.breaker.force_open() } Err(Busy) };
        [breaker = w.breaker] [.retryable().breaker(&w.breaker).log_errors()]);
    same!(failures; w; "breaker, opens in the hook": PLAIN, Failed, |_, _| Err(Busy);
        [breaker = w.breaker, on_retry = |_| w.breaker.force_open(), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))]
        [.retryable().breaker(&w.breaker).on_retry(|_| w.breaker.force_open()).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).log_errors()]);
    same!(failures; w; "breaker, opens in the hook, values": PLAIN, Failed, |_, _| Ok(3);
        [breaker = w.breaker, retry_ok = |_| true, on_retry = |_| w.breaker.force_open(), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))]
        [.retryable().retry_ok(|_| true).breaker(&w.breaker).on_retry(|_| w.breaker.force_open()).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).log_errors()]);
    same!(failures; w; "breaker, its refusal inside": PLAIN, Failed, |w, n| { if n == 2 { w.breaker.force_open(); return Err(Failed::Open(w.breaker.acquire().unwrap_err())) } Err(Busy) };
        [breaker = w.breaker] [.retryable().breaker(&w.breaker).log_errors()]);
    same!(failures; w; "breaker_failure, errors": PLAIN, Failed, fails!(9, Busy);
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); matches!(outcome, Err(Busy)) }]
        [.retryable().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); matches!(outcome, Err(Busy)) }).log_errors()]);
    same!(failures; w; "breaker_failure, no error": PLAIN, Failed, fails!(4, Busy);
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); matches!(outcome, Err(Gone)) }]
        [.retryable().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); matches!(outcome, Err(Gone)) }).log_errors()]);
    same!(failures; w; "breaker_failure, a permanent error": PLAIN, Failed, |_, n| Err(if n == 2 { Gone } else { Busy });
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); outcome.is_err() }]
        [.retryable().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); outcome.is_err() }).log_errors()]);
    same!(failures; w; "breaker_failure, values": PLAIN, Failed, |_, n| Ok(n);
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); outcome.is_ok_and(|value| *value < 4) }, retry_ok = |value| *value < 9]
        [.retryable().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); outcome.is_ok_and(|value| *value < 4) }).retry_ok(|value| *value < 9).log_errors()]);
    same!(failures; w; "breaker_failure, a value that ends the call": PLAIN, Failed, |_, n| if n == 1 { Err(Busy) } else { Ok(n) };
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); outcome.is_ok() }]
        [.retryable().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); outcome.is_ok() }).log_errors()]);
    same!(failures; w; "breaker_failure, a refusal inside": PLAIN, Failed, |w, n| { if n == 2 { w.breaker.force_open(); return Err(Failed::Open(w.breaker.acquire().unwrap_err())) } Err(Busy) };
        [breaker = w.breaker, breaker_failure = |outcome| { note(format!("judged {outcome:?}")); outcome.is_err() }, on = Failed]
        [.on::<Failed>().breaker(&w.breaker).breaker_failure(|outcome| { note(format!("judged {outcome:?}")); outcome.is_err() }).log_errors()]);
    same!(failures; w; "budget and breaker": PLAIN, Failed, fails!(9, Busy); [budget = w.budget, breaker = w.breaker] [.retryable().breaker(&w.breaker).budget(&w.budget).log_errors()]);
    same!(failures; w; "restart_after and breaker": PLAIN, Failed, |w, n| { if n == 2 { w.guard.advance(SECOND * 5) } if n < 5 { Err(Busy) } else { Ok(1) } }; [restart_after = "5s", breaker = w.breaker] [.retryable().breaker(&w.breaker).restart_after(SECOND * 5).log_errors()]);
    report(failures);
}

#[test]
fn endings_and_cancellation() {
    let mut failures = Vec::new();
    same_ended!(failures; w, c; "cancelled in attempt 1, plain": PLAIN, Failed, |w, n, _| { if n == 1 { w.stopped.set(true) } Err(Busy) };
        [] [.retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "cancelled in attempt 3, hooks": PLAIN, Failed, |w, n, _| { if n == 3 { w.stopped.set(true) } Err(Busy) };
        [on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error())), on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation())),] [.retryable().on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "cancelled in attempt 3, cancel in the hook, breaker opens": PLAIN, Failed, |w, n, _| { if n == 3 { w.stopped.set(true) } Err(Busy) };
        [breaker = w.breaker, on_retry = |event| if event.attempt() == 2 { w.stopped.set(true); w.breaker.force_open() },] [.on_retry(|event| if event.attempt() == 2 { w.stopped.set(true); w.breaker.force_open() }).breaker(&w.breaker).retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "cancelled in the last, breaker": PLAIN, Failed, |w, n, _| { if n == 5 { w.stopped.set(true) } Err(Busy) };
        [breaker = w.breaker, on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error())),] [.on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).breaker(&w.breaker).retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "stop, hooks": PLAIN, Failed, |_, n, c| { if n == 3 { c.stop() } Err(Busy) };
        [on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error())), on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation())),] [.retryable().on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "stop, success, values": PLAIN, Failed, |_, n, c| { if n == 3 { c.stop(); return Ok(3) } Err(Busy) };
        [retry_ok = |_| true, on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), retry_after_ok = |value| Some(SECOND * *value),] [.retry_ok(|_| true).retryable().on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).retry_after_ok(|value| Some(SECOND * *value)).log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "restart, hooks decorrelated": PLAIN.jitter(Jitter::Decorrelated), Failed, |_, n, c| { if n % 3 == 0 && n < 10 { c.restart() } Err(Busy) };
        [on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), on_give_up = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error())), on_success = |event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation())),] [.retryable().on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).on_give_up(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.reason(), event.error()))).on_success(|event| note(format!("hook {} {:?} {:?} {}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation()))).log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "restart, restart_after": PLAIN, Failed, |_, n, c| { if n % 3 == 0 && n < 10 { c.restart() } Err(Busy) };
        [restart_after = "3s", delay = |_, n| { note(format!("delay {n}")); w.guard.advance(SECOND * 7); SECOND },] [.restart_after(SECOND * 3).delay(|_, n| { note(format!("delay {n}")); w.guard.advance(SECOND * 7); SECOND }).retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "restart at last, budget": PLAIN, Failed, |_, n, c| { if n == 5 { c.restart() } if n < 8 { Err(Wait(2)) } else { Ok(2) } };
        [budget = w.budget,] [.budget(&w.budget).retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "hints, plain deadline": PLAIN.deadline(Duration::from_secs(9)), Failed, |_, n, c| { if n == 1 { c.hint(SECOND * 4) } if n == 2 { c.hint(Duration::ZERO) } if n == 3 { c.hint(Duration::MAX) } Err(Busy) };
        [] [.retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "hints, values": PLAIN, Failed, |_, n, c| { if n == 1 { c.hint(SECOND * 4) } if n == 2 { c.hint(Duration::ZERO) } if n == 3 { c.hint(Duration::MAX) } Err(Busy) };
        [retry_ok = |_| true, on_retry = |event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error())), retry_after_ok = |value| Some(SECOND * *value),] [.retry_ok(|_| true).retryable().on_retry(|event| note(format!("hook {} {:?} {:?} {} {:?} {:?}", event.attempt(), event.max_attempts(), event.elapsed(), event.operation(), event.delay(), event.error()))).retry_after_ok(|value| Some(SECOND * *value)).log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    same_ended!(failures; w, c; "hint, restart, stop, fallback": PLAIN, Failed, |_, n, c| { c.hint(SECOND * n); c.restart(); if n == 4 { c.stop() } Err(Wait(2)) };
        [fallback = |error| { note(format!("fallback {error:?}")); Ok(99) },] [.fallback(|error| { note(format!("fallback {error:?}")); Ok(99) }).retryable().log_errors()] sync [cancel = |_| w.stopped.get(),] [.cancel(|_| w.stopped.get())] async [cancel = w.stop(),] [.cancel(w.stop())]);
    report(failures);
}
