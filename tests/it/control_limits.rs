//! The limits of `call`, `cancel`, `delay` and `on_success`: what is asked when, and what it does to the arguments beside it.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use reattempt::{CircuitBreaker, CircuitState, GiveUpReason, RetryBudget, RetryError, retry, testing};

use crate::support::{Down, Flaky, finish, poll, secs};

type Seen = RefCell<Vec<String>>;

// `call`.

#[test]
fn what_a_rule_asks_counts_for_its_own_failure() {
    #[retry(unlimited, call = c, error = Down, when = |error| { if error.0 == 2 { c.stop() } true })]
    fn stopped(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    #[retry(max = 3, jitter = none, call = c, retry_after = |error| {
        if error.0 == 1 { c.hint(Duration::from_secs(9)) }
        None
    })]
    async fn hinted(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    #[retry(max = 4, jitter = none, call = c, delay = |error, n| {
        if error.0 == 1 { c.hint(Duration::from_secs(9)) }
        Duration::from_secs(n.into())
    })]
    fn delayed(op: &Flaky) -> Result<u32, Down> {
        op.call()
    }

    let guard = testing::no_wait();
    let error = stopped(&Flaky::broken()).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Stopped, 2));
    let guard = {
        drop(guard);
        testing::no_wait()
    };
    finish(hinted(&Flaky::broken())).unwrap_err();
    assert_eq!(guard.delays(), secs([9, 2]));
    let guard = {
        drop(guard);
        testing::no_wait()
    };
    delayed(&Flaky::broken()).unwrap_err();
    assert_eq!(guard.delays(), secs([9, 2, 3]), "a hint of `delay` lengthens the delay that it returns");
}

#[test]
fn a_stop_in_delay_ends_the_call_that_it_is_asked_for() {
    #[retry(unlimited, call = c, error = Down, delay = |error, _| { if error.0 == 2 { c.stop() } Duration::ZERO })]
    fn call(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let _guard = testing::no_wait();
    let error = call(&Flaky::broken()).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Stopped, 2));
}

#[test]
fn two_threads_of_an_attempt_may_ask_at_once() {
    #[retry(unlimited, call = c, error = Down)]
    fn call(op: &Flaky) -> Result<u32, RetryError<Down>> {
        std::thread::scope(|scope| {
            for n in 0..4 {
                scope.spawn(move || {
                    for _ in 0..200 {
                        c.hint(Duration::from_millis(n));
                    }
                });
            }
            c.stop();
        });
        op.call()
    }

    let _guard = testing::no_wait();
    for _ in 0..50 {
        assert_eq!(call(&Flaky::broken()).unwrap_err().reason(), GiveUpReason::Stopped);
    }
}

#[test]
fn a_restart_of_one_attempt_is_no_restart_of_the_next() {
    #[retry(max = 2, base = "1s", jitter = none, call = c, error = Down, on_retry = |event| {
        seen.borrow_mut().push(format!("{} {:?}", event.attempt(), event.max_attempts()));
    }, on_give_up = |event| seen.borrow_mut().push(format!("end {} {}", event.attempt(), c.is_last())))]
    fn blocking(op: &Flaky, seen: &Seen) -> Result<u32, RetryError<Down>> {
        let result = op.call();
        if op.calls() == 1 || op.calls() == 2 {
            c.restart();
        }
        result
    }

    #[retry(max = 2, base = "1s", jitter = none, call = c, error = Down, on_retry = async |event| {
        seen.borrow_mut().push(format!("{} {:?}", event.attempt(), event.max_attempts()));
    }, on_give_up = async |event| seen.borrow_mut().push(format!("end {} {}", event.attempt(), c.is_last())))]
    async fn later(op: &Flaky, seen: &Seen) -> Result<u32, RetryError<Down>> {
        let result = op.call();
        if op.calls() == 1 || op.calls() == 2 {
            c.restart();
        }
        result
    }

    let expected = ["1 Some(2)", "2 Some(2)", "end 3 true"];
    for call in
        [&(|op: &Flaky, seen: &Seen| blocking(op, seen)) as &dyn Fn(&Flaky, &Seen) -> _, &|op, seen| {
            finish(later(op, seen))
        }]
    {
        let guard = testing::no_wait();
        let seen = Seen::default();
        assert_eq!(call(&Flaky::broken(), &seen).unwrap_err().attempts(), 3);
        assert_eq!(seen.into_inner(), expected);
        assert_eq!(guard.delays(), secs([1, 1]));
    }
}

#[test]
fn a_restart_forgets_the_delay_of_decorrelated_jitter() {
    #[retry(unlimited, base = "1s", max_delay = "1h", jitter = decorrelated, call = c, deadline = "100h")]
    fn call(op: &Flaky, restarts: bool) -> Result<u32, Down> {
        if restarts {
            c.restart();
        }
        op.call()
    }

    let guard = testing::no_wait();
    call(&Flaky::failing(60), true).unwrap();
    assert!(guard.delays().iter().all(|delay| *delay <= Duration::from_secs(3)), "{:?}", guard.delays());
    call(&Flaky::failing(60), false).unwrap();
    assert!(guard.delays().iter().any(|delay| *delay > Duration::from_secs(9)), "{:?}", guard.delays());
}

#[test]
fn the_handle_goes_where_the_body_takes_it() {
    fn by_another(call: &reattempt::Call) -> u32 {
        call.attempt()
    }

    #[retry(call = c)]
    async fn moved(op: &Flaky) -> Result<u32, Down> {
        let inner = async move { c.attempt() };
        let closure = move || c.attempt() + by_another(c);
        let (first, second) = tokio::join!(inner, async { closure() });
        op.call()?;
        Ok(first + second)
    }

    #[retry(call = c, attempt = n, when = |_| n == c.attempt())]
    fn beside_the_number(op: &Flaky) -> Option<u32> {
        let list: Vec<u32> = (0..3).map(|_| c.attempt()).collect();
        op.call().ok()?;
        (n == list[2]).then_some(n)
    }

    let _guard = testing::no_wait();
    assert_eq!(finish(moved(&Flaky::failing(2))), Ok(9));
    assert_eq!(beside_the_number(&Flaky::failing(2)), Some(3));
}

#[test]
fn recursion_has_a_handle_for_each_call() {
    #[retry(max = 2, call = c)]
    fn blocking(depth: u32, op: &Flaky) -> Result<u32, Down> {
        if depth == 0 {
            return op.call().map(|_| c.attempt());
        }
        let inner = blocking(depth - 1, op)?;
        Ok(10 * c.attempt() + inner)
    }

    #[retry(max = 2, call = c)]
    async fn later(depth: u32, op: &Flaky) -> Result<u32, Down> {
        if depth == 0 {
            return op.call().map(|_| c.attempt());
        }
        let inner = Box::pin(later(depth - 1, op)).await?;
        Ok(10 * c.attempt() + inner)
    }

    let _guard = testing::no_wait();
    assert_eq!(blocking(1, &Flaky::failing(1)), Ok(12));
    assert_eq!(blocking(1, &Flaky::failing(2)), Ok(21));
    assert_eq!(finish(later(1, &Flaky::failing(3))), Ok(22));
}

#[derive(Clone)]
struct Client {
    keys: Vec<u32>,
}

#[retry(max = 3, call = c, jitter = none, delay = |_, n| Duration::from_secs(n.into()), on_success = |event| {
    LAST.set(event.attempt());
})]
impl Client {
    #[retry(clone(self))]
    fn consume(self, op: &Flaky) -> Result<(usize, u32), Down> {
        let keys = self.keys;
        op.call()?;
        Ok((keys.len(), c.attempt()))
    }

    #[retry(clone(self, more))]
    async fn consume_later(mut self, mut more: Vec<u32>, op: &Flaky) -> Result<(usize, u32), Down> {
        self.keys.append(&mut more);
        op.call()?;
        Ok((self.keys.len(), c.attempt()))
    }

    async fn change(&mut self, op: &Flaky) -> Result<u32, Down> {
        self.keys.push(c.attempt());
        op.call()?;
        Ok(c.attempt())
    }

    #[retry(call = handle, cancel = |_| op.calls() > 5)]
    fn risky(&self, op: &Flaky) -> Result<u32, Down> {
        op.call().map(|_| handle.attempt())
    }
}

thread_local!(static LAST: Cell<u32> = const { Cell::new(0) });

#[test]
fn methods_of_a_block_have_the_handle_with_clones() {
    let guard = testing::no_wait();
    let mut client = Client { keys: vec![1] };
    assert_eq!(client.clone().consume(&Flaky::failing(2)), Ok((1, 3)));
    assert_eq!(LAST.replace(0), 3);
    assert_eq!(finish(client.clone().consume_later(vec![5], &Flaky::failing(1))), Ok((2, 2)));
    assert_eq!(LAST.replace(0), 2);
    assert_eq!(finish(client.change(&Flaky::failing(2))), Ok(3));
    assert_eq!(client.keys, [1, 1, 2, 3]);
    assert_eq!(client.risky(&Flaky::failing(2)), Ok(3));
    assert_eq!(guard.delays(), secs([1, 2, 1, 1, 2, 1, 2]));
}

// `cancel`.

#[tokio::test(start_paused = true)]
async fn the_time_of_a_cancelled_call_contains_the_wait_that_was_cut() {
    #[retry(max = 9, base = "10s", jitter = none, error = Down, cancel = tokio::time::sleep(Duration::from_secs(14)),
        on_give_up = |event| seen.borrow_mut().push(format!("{} {:?}", event.attempt(), event.elapsed())))]
    async fn call(op: &Flaky, seen: &Seen) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let start = tokio::time::Instant::now();
    let seen = Seen::default();
    let error = call(&Flaky::broken(), &seen).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 2));
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(14) && took < Duration::from_secs(15), "the wait is cut: {took:?}");
    assert!(error.elapsed() >= Duration::from_secs(14), "{:?}", error.elapsed());
    assert_eq!(seen.into_inner(), [format!("2 {:?}", error.elapsed())]);
}

#[test]
fn the_time_of_a_cancelled_blocking_call_contains_the_wait_that_was_cut() {
    #[retry(max = 9, base = "10s", jitter = none, error = Down, cancel = |_| {
        asked.set(asked.get() + 1);
        // The second question is that at the start of the wait.
        let ends = asked.get() == 2;
        guard.advance(Duration::from_secs(if ends { 4 } else { 0 }));
        ends
    })]
    fn call(op: &Flaky, guard: &testing::Guard, asked: &Cell<u32>) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let guard = testing::no_wait();
    let error = call(&Flaky::broken(), &guard, &Cell::new(0)).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
    assert_eq!(error.elapsed(), Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_running_attempt_is_not_cut_and_the_future_is_made_once() {
    #[retry(max = 9, base = "10s", jitter = none, error = Down, cancel = {
        made.set(made.get() + 1);
        tokio::time::sleep(Duration::from_secs(3))
    })]
    async fn call(op: &Flaky, made: &Cell<u32>) -> Result<u32, RetryError<Down>> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        op.call()
    }

    let start = tokio::time::Instant::now();
    let made = Cell::new(0);
    let error = call(&Flaky::broken(), &made).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts(), made.get()), (GiveUpReason::Cancelled, 1, 1));
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!(call(&Flaky::failing(0), &made).await.unwrap(), 1, "a success stays one");
}

#[test]
fn a_cancel_that_is_ready_with_the_end_of_the_wait_wins() {
    #[retry(max = 9, error = Down, cancel = poll_fn(|_| {
        polls.set(polls.get() + 1);
        if polls.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
    }))]
    async fn call(op: &Flaky, polls: &Cell<u32>) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    // It is polled after the attempt and twice in the wait, which a guard ends at its second poll.
    let guard = testing::no_wait();
    let polls = Cell::new(0);
    let error = finish(call(&Flaky::broken(), &polls)).unwrap_err();
    assert_eq!((error.reason(), error.attempts(), polls.get()), (GiveUpReason::Cancelled, 1, 3));
    assert_eq!(guard.delays().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_by_ones_own_sleep_is_cut_too() {
    #[retry(max = 9, error = Down, cancel = tokio::time::sleep(Duration::from_secs(3)), sleep = |_| pending::<()>())]
    async fn call(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let error = call(&Flaky::broken()).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
}

#[test]
fn a_cancelled_wait_is_no_failure_of_the_breaker_and_holds_no_permit() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().consecutive_failures(3);

    #[retry(max = 9, error = Down, breaker = BREAKER, cancel = pending::<()>())]
    async fn dropped(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    #[retry(max = 9, error = Down, breaker = BREAKER, sleep = |_| pending::<()>(), cancel = async {
        std::future::ready(()).await;
        if op.calls() == 0 { pending::<()>().await }
    })]
    async fn cancelled(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    for _ in 0..2 {
        let error = finish(cancelled(&Flaky::broken())).unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Cancelled, 1));
        assert_eq!(BREAKER.state(), CircuitState::Closed, "one failure for each attempt");
    }
    let error = finish(cancelled(&Flaky::broken())).unwrap_err();
    assert_eq!(error.reason(), GiveUpReason::Cancelled);
    assert_eq!(BREAKER.state(), CircuitState::Open, "the third failure opens it");
    BREAKER.reset();
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let op = Flaky::broken();
        assert!(poll(pin!(dropped(&op)), 3).is_none());
        assert_eq!(op.calls(), 1);
    }
    assert_eq!(BREAKER.state(), CircuitState::Closed);
    for _ in 0..2 {
        assert!(BREAKER.acquire().is_ok());
    }
}

#[test]
fn a_half_open_breaker_gets_its_permit_back_from_a_cancelled_call() {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new().consecutive_failures(1).open_for(Duration::from_secs(5)).trials(1);

    #[retry(max = 9, base = "10s", jitter = none, error = Down, breaker = BREAKER, cancel = |_| true)]
    fn call(op: &Flaky) -> Result<u32, RetryError<Down>> {
        op.call()
    }

    let guard = testing::no_wait();
    assert_eq!(call(&Flaky::broken()).unwrap_err().reason(), GiveUpReason::Cancelled);
    assert_eq!(BREAKER.state(), CircuitState::Open);
    guard.advance(Duration::from_secs(6));
    assert_eq!(call(&Flaky::broken()).unwrap_err().attempts(), 1);
    assert_eq!(BREAKER.state(), CircuitState::Open, "the trial has failed");
    guard.advance(Duration::from_secs(6));
    assert_eq!(call(&Flaky::failing(0)).unwrap(), 1);
    assert_eq!(BREAKER.state(), CircuitState::Closed);
}

#[test]
fn a_cancelled_call_falls_back_and_may_be_stopped_first() {
    static BUDGET: RetryBudget = RetryBudget::new();

    #[retry(max = 9, budget = BUDGET, call = c, cancel = |_| true, fallback = |error| Ok(100 + error.0),
        on_give_up = |event| seen.borrow_mut().push(event.reason().to_string()))]
    fn blocking(op: &Flaky, stop: bool, seen: &Seen) -> Result<u32, Down> {
        if stop {
            c.stop();
        }
        op.call()
    }

    #[retry(max = 9, budget = BUDGET, call = c, cancel = async {}, fallback = async |error| Ok(100 + error.0),
        on_give_up = async |event| seen.borrow_mut().push(event.reason().to_string()))]
    async fn later(op: &Flaky, stop: bool, seen: &Seen) -> Result<u32, Down> {
        if stop {
            c.stop();
        }
        op.call()
    }

    let _guard = testing::no_wait();
    let seen = Seen::default();
    for stop in [false, true] {
        assert_eq!(blocking(&Flaky::broken(), stop, &seen), Ok(101));
        assert_eq!(finish(later(&Flaky::broken(), stop, &seen)), Ok(101));
    }
    let [cancelled, stopped] =
        [GiveUpReason::Cancelled, GiveUpReason::Stopped].map(|reason| reason.to_string());
    assert_eq!(seen.into_inner(), [cancelled.clone(), cancelled, stopped.clone(), stopped]);
}

#[test]
fn a_wait_of_ones_own_is_skipped_under_a_guard_and_cancel_is_asked() {
    #[retry(max = 3, base = "30s", jitter = none, cancel = |limit| { asked.borrow_mut().push(limit); false },
        sleep = |_| panic!("a test waits for nothing"))]
    fn call(op: &Flaky, asked: &RefCell<Vec<Duration>>) -> Result<u32, Down> {
        op.call()
    }

    let guard = testing::no_wait();
    let asked = RefCell::default();
    assert_eq!(call(&Flaky::failing(2), &asked), Ok(3));
    assert_eq!(guard.delays(), secs([30, 60]));
    assert!(asked.into_inner().iter().all(Duration::is_zero));
}
