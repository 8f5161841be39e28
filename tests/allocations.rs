//! What a call allocates: nothing, as long as its events and its waits allocate nothing.

use std::fmt::{self, Debug, Write};
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, Hedge, Policy, RetryBudget, retry};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// Takes every event, formats every field, keeps nothing but their number.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

struct Discard;

impl Write for Discard {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        black_box(text);
        Ok(())
    }
}

impl Visit for Discard {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        write!(self, "{value:?}").expect("it takes everything");
    }
}

impl Subscriber for Counter {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Discard);
        self.0.fetch_add(1, Relaxed);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Calls `call` where every event is listened to. Returns its allocations and its events.
fn cost(call: impl FnOnce()) -> (u64, usize) {
    let counter = Counter::default();
    let _listening = tracing::subscriber::set_default(counter.clone());
    let allocations = measure(call).count_total;
    (allocations, counter.0.load(Relaxed))
}

/// Polls a future to its end; one that waits only to let others run.
fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

static BUDGET: RetryBudget = RetryBudget::new();
static BREAKER: CircuitBreaker = CircuitBreaker::new();

#[derive(Debug, PartialEq)]
struct Down;

impl From<CircuitOpen> for Down {
    fn from(_: CircuitOpen) -> Down {
        Down
    }
}

impl From<AttemptTimeout> for Down {
    fn from(_: AttemptTimeout) -> Down {
        Down
    }
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

/// Fails as often as the number says, counting it down.
fn operation(failures: &mut u32) -> Result<u32, Down> {
    match failures.checked_sub(1) {
        None => Ok(7),
        Some(left) => {
            *failures = left;
            Err(Down)
        }
    }
}

fn no_sleep(time: Duration) {
    black_box(time);
}

fn no_sleep_async(time: Duration) -> std::future::Ready<()> {
    no_sleep(time);
    std::future::ready(())
}

#[retry]
fn plain(failures: &mut u32) -> Result<u32, Down> {
    operation(failures)
}

#[retry(deadline = "1h", name = "answer after {failures}")]
fn with_everything(failures: &mut u32) -> Result<u32, Down> {
    let answer = operation(failures)?;
    Ok(answer)
}

#[retry]
async fn plain_async(failures: &mut u32) -> Result<u32, Down> {
    operation(failures)
}

#[retry(deadline = "1h", name = "answer after {failures}")]
async fn with_everything_async(failures: &mut u32) -> Result<u32, Down> {
    let answer = operation(failures)?;
    Ok(answer)
}

#[retry(deadline = "1h", name = "answer after {failures}", sleep = no_sleep)]
fn without_sleep(failures: &mut u32) -> Result<u32, Down> {
    operation(failures)
}

#[retry(deadline = "1h", name = "answer after {failures}", sleep = no_sleep_async)]
async fn without_sleep_async(failures: &mut u32) -> Result<u32, Down> {
    operation(failures)
}

#[retry(base_ms = 0)]
async fn without_delay_async(failures: &mut u32) -> Result<u32, Down> {
    operation(failures)
}

#[test]
fn allocations_are_counted() {
    assert_eq!(cost(|| drop(black_box(Box::new(1)))), (1, 0));
}

#[test]
fn success_at_the_first_attempt_allocates_nothing() {
    assert_eq!(cost(|| assert_eq!(plain(&mut 0), Ok(7))), (0, 0));
    assert_eq!(cost(|| assert_eq!(with_everything(&mut 0), Ok(7))), (0, 0));
    assert_eq!(cost(|| assert_eq!(Policy::new().run(|| operation(&mut 0)), Ok(7))), (0, 0));
    let call = || Policy::new().retry_with(|_| operation(&mut 0)).when(|_| true).retry_ok(|_| false).run();
    assert_eq!(cost(|| assert_eq!(call(), Ok(7))), (0, 0));
    let call = || {
        let policy = Policy::new();
        let call = policy.retry(|| operation(&mut 0)).budget(&BUDGET).breaker(&BREAKER).log_errors();
        call.on_retry(|_| ()).on_give_up(|_| ()).fallback(Err).restart_after(Duration::ZERO).run()
    };
    assert_eq!(cost(|| assert_eq!(call(), Ok(7))), (0, 0));
}

#[test]
fn async_success_at_the_first_attempt_allocates_nothing() {
    assert_eq!(cost(|| assert_eq!(finish(plain_async(&mut 0)), Ok(7))), (0, 0));
    assert_eq!(cost(|| assert_eq!(finish(with_everything_async(&mut 0)), Ok(7))), (0, 0));
    let run = || assert_eq!(finish(Policy::new().run_async(async || operation(&mut 0))), Ok(7));
    assert_eq!(cost(run), (0, 0));
    let run = || {
        let policy = Policy::new();
        let call = policy.retry_async(async || operation(&mut 0)).cancel(std::future::pending::<()>());
        let call = call.sleep(no_sleep_async).attempt_timeout(Duration::from_secs(5));
        let call = call.budget(&BUDGET).breaker(&BREAKER).on_retry(|_| ()).restart_after(Duration::ZERO);
        assert_eq!(finish(call), Ok(7));
    };
    assert_eq!(cost(run), (0, 0));
    let run = || assert_eq!(finish(Policy::new().retry_async_mut(async || operation(&mut 0)).run()), Ok(7));
    assert_eq!(cost(run), (0, 0));
    let run = || assert_eq!(finish(Policy::new().retry_async_with(async |_| operation(&mut 0))), Ok(7));
    assert_eq!(cost(run), (1, 0), "the handle");
}

static HEDGE: Hedge = Hedge::after(Duration::from_millis(50));

#[retry(hedge = "50ms")]
async fn hedged(failures: &AtomicU32) -> Result<u32, Down> {
    shared_operation(failures)
}

#[retry(hedge = HEDGE, sleep = no_sleep_async, call = c, breaker = BREAKER, attempt_timeout = "1h", clone(list))]
async fn hedged_with_everything(failures: &AtomicU32, list: Vec<u32>) -> Result<u32, Down> {
    if c.attempt() > 9 {
        return Ok(list.len() as u32);
    }
    shared_operation(failures)
}

#[retry(hedge = HEDGE, sleep = no_sleep_async, call = c)]
async fn hedged_without_sleep(failures: &AtomicU32) -> Result<u32, Down> {
    assert!(c.attempt() <= 3);
    shared_operation(failures)
}

/// Fails as often as the number says, counting it down.
fn shared_operation(failures: &AtomicU32) -> Result<u32, Down> {
    let counted = failures.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
    if counted.is_ok() { Err(Down) } else { Ok(7) }
}

#[test]
fn a_hedged_attempt_that_answers_at_once_allocates_nothing() {
    let failures = AtomicU32::new;
    assert_eq!(cost(|| assert_eq!(finish(hedged(&failures(0))), Ok(7))), (0, 0));
    let call = || assert_eq!(finish(hedged_with_everything(&failures(0), Vec::new())), Ok(7));
    assert_eq!(cost(call), (0, 0));
    // Nor does one that fails at once.
    assert_eq!(cost(|| assert_eq!(finish(hedged_without_sleep(&failures(2))), Ok(7))), (0, 3));
    let run = || {
        let policy = Policy::new();
        let call = policy.retry_async(|| std::future::ready(Ok::<_, Down>(7))).hedge(&HEDGE);
        assert_eq!(finish(call), Ok(7));
    };
    assert_eq!(cost(run), (0, 0));
}

/// Returns `Pending` once, and wakes its task.
async fn pause() {
    let mut is_over = false;
    let poll = |context: &mut Context<'_>| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }
    };
    std::future::poll_fn(poll).await;
}

#[test]
fn a_hedged_attempt_that_does_not_answer_at_once_allocates_its_race_and_its_copies() {
    #[retry(hedge = HEDGE, sleep = |_| std::future::pending::<()>())]
    async fn slow() -> Result<u32, Down> {
        pause().await;
        Ok(7)
    }

    static PAID: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    #[retry(hedge = PAID, sleep = no_sleep_async)]
    async fn copied(tries: &AtomicU32) -> Result<u32, Down> {
        if tries.fetch_add(1, Relaxed) == 0 {
            std::future::pending::<()>().await;
        }
        Ok(7)
    }

    assert_eq!(cost(|| assert_eq!(finish(slow()), Ok(7))).0, 1, "the race");
    // The test listens to events, and the layer between allocates nothing for them.
    assert_eq!(cost(|| assert_eq!(finish(copied(&AtomicU32::new(0))), Ok(7))), (3, 2), "race, list and copy");
}

#[test]
fn a_retry_allocates_nothing() {
    assert_eq!(cost(|| assert_eq!(without_sleep(&mut 2), Ok(7))), (0, 3));
    assert_eq!(cost(|| assert_eq!(without_sleep(&mut 9), Err(Down))), (0, 3));
}

#[test]
fn an_async_retry_allocates_nothing() {
    assert_eq!(cost(|| assert_eq!(finish(without_sleep_async(&mut 2)), Ok(7))), (0, 3));
    assert_eq!(cost(|| assert_eq!(finish(without_sleep_async(&mut 9)), Err(Down))), (0, 3));
}

#[test]
fn a_retry_without_delay_allocates_nothing() {
    let at_once = Policy::new().base(Duration::ZERO);
    assert_eq!(cost(|| assert_eq!(finish(without_delay_async(&mut 2)), Ok(7))), (0, 3));
    let mut failures = 2;
    let run = || {
        let call = at_once.run_async(|| core::future::ready(operation(&mut failures)));
        assert_eq!(finish(call), Ok(7));
    };
    assert_eq!(cost(run), (0, 3));
    let mut failures = 2;
    assert_eq!(cost(|| assert_eq!(at_once.run(|| operation(&mut failures)), Ok(7))), (0, 3));
}
