// Functions whose words and scopes differ between editions; each binary includes them under its own.

use reattempt::{retry, testing, Call, CircuitBreaker, Hedge, RetryBudget, RetryError};
use std::cell::Cell;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

static BUDGET: RetryBudget = RetryBudget::new();
static BREAKER: CircuitBreaker = CircuitBreaker::new();

#[derive(Debug, Clone, PartialEq, reattempt::Retryable)]
enum Down {
    #[retryable]
    Now,
    #[retryable(after = 0)]
    Until(std::time::Duration),
}

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self)
    }
}

impl Error for Down {}

impl From<reattempt::AttemptTimeout> for Down {
    fn from(_: reattempt::AttemptTimeout) -> Down {
        Down::Now
    }
}

/// Fails twice.
fn call(calls: &Cell<u32>) -> Result<u32, Down> {
    calls.set(calls.get() + 1);
    if calls.get() < 3 {
        Err(Down::Now)
    } else {
        Ok(calls.get())
    }
}

#[retry(max = 3, base_ms = 10, name = "{gen}")]
fn plain(calls: &Cell<u32>, gen: u32) -> Result<u32, Down> {
    call(calls)
}

#[retry(clone(gen), attempt = r#async, on = Down)]
fn with_question_mark(calls: &Cell<u32>, mut gen: String) -> Result<u32, Box<dyn Error>> {
    gen.push('x');
    let dir: String = gen + &r#async.to_string();
    Ok(call(calls)? + dir.len() as u32 - 2)
}

struct Context<'a> {
    log: &'a mut Vec<u32>,
    limit: u32,
}

/// The result reborrows what the argument borrows exclusively.
#[retry]
fn borrowed<'a>(context: Context<'a>) -> Result<&'a Vec<u32>, Down> {
    Ok(&*context.log)
}

/// A rule uses one field, and the body another.
#[retry(max = 3, when = |_| context.limit > 1)]
fn two_fields(context: &mut Context<'_>) -> Result<(), Down> {
    context.log.push(1);
    Err(Down::Now)
}

#[retry(budget = BUDGET, breaker = BREAKER, error = Down, on_retry = |_| (), on_give_up = |gen| assert!(gen.attempt() > 0))]
fn shared(calls: &Cell<u32>) -> Result<u32, RetryError<Down>> {
    call(calls)
}

#[retry(on = [Down::Now, Down::Until(_)], when = |gen| *gen != Down::Until(Default::default()), fallback = async |_| Ok(0), on_retry = async |_| (), attempt_timeout = "9m")]
async fn asynchronous(calls: &Cell<u32>, mut gen: u32) -> Result<u32, Down> {
    gen += 1;
    Ok(call(calls)? + gen - 1)
}

#[allow(clippy::manual_async_fn, reason = "the shape is what is tested")]
#[retry]
fn future<'a>(calls: &'a Cell<u32>) -> impl Future<Output = Result<u32, Down>> + 'a {
    async move { call(calls) }
}

#[retry]
fn boxed<'a>(calls: &'a Cell<u32>) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + 'a>> {
    Box::pin(async move {
        let gen = call(calls)?;
        Ok(gen)
    })
}

#[retry(max = 3)]
fn last_temporary(lines: &std::sync::Mutex<Vec<u32>>) -> Option<u32> {
    lines.lock().unwrap().pop().filter(|line| *line > 1)
}

type Shared<T> = std::sync::Mutex<T>;

/// The temporaries of a value end before the first attempt, which locks them again.
#[retry(
    max = lines.lock().unwrap()[0],
    policy = *policy.lock().unwrap(),
    base_ms = || lines.lock().unwrap().iter().copied().map(u64::from).sum(),
    name = "{gen} {context.limit}"
)]
fn at_run_time(
    lines: &Shared<Vec<u32>>,
    policy: &Shared<reattempt::Policy>,
    context: &Context<'_>,
    gen: u32,
) -> Result<u32, Down> {
    lines.lock().unwrap().push(context.limit);
    drop(policy.lock().unwrap());
    Err(Down::Now)
}

#[retry(max = gen, jitter = jitter.lock().unwrap().0, attempt_timeout = || std::time::Duration::new(1, 0))]
async fn asynchronous_at_run_time(gen: u32, jitter: &Shared<(f64, u32)>) -> Result<u32, Down> {
    jitter.lock().unwrap().1 += gen;
    Err(Down::Now)
}

#[retry(max = self.0.get(), name = "client {self.0:?}")]
impl Client {
    fn at_run_time(&self) -> Result<u32, Down> {
        self.0.set(self.0.get() + 1);
        Err(Down::Now)
    }
}

struct Client(Cell<u32>);

#[retry(max = 3)]
impl Client {
    fn get(&mut self) -> Result<impl std::fmt::Display + use<>, Down> {
        call(&self.0)
    }

    #[retry(clone(self))]
    fn close(mut self: Box<Self>) -> Result<u32, Down> {
        self.0.set(self.0.get() + 2);
        call(&self.0)
    }
}

impl Clone for Client {
    fn clone(&self) -> Client {
        Client(self.0.clone())
    }
}

#[retry(
    call = gen,
    restart_after = "2m",
    cancel = |dyn_limit| dyn_limit.as_secs() > lines.lock().unwrap()[0],
    delay = |_, n| std::time::Duration::from_secs(lines.lock().unwrap()[n as usize]),
    on_success = |event| lines.lock().unwrap().push(event.attempt().into())
)]
fn controlled(lines: &Shared<Vec<u64>>, calls: &Cell<u32>) -> Result<u32, Down> {
    let first = lines.lock().unwrap()[0];
    call(calls).map(|n| n + first as u32 + gen.attempt())
}

#[retry(
    call = gen,
    cancel = stop,
    delay = |_, n| std::time::Duration::from_secs(lines.lock().unwrap()[n as usize]),
    on_success = async |event| lines.lock().unwrap().push(event.attempt().into())
)]
async fn controlled_async<S: Future>(lines: &Shared<Vec<u64>>, calls: &Cell<u32>, stop: S) -> Option<u32> {
    let n = call(calls).ok()?;
    Some(n + gen.attempt() + lines.lock().unwrap()[0] as u32)
}

#[retry(span, name = "{gen}", clone(text))]
async fn traced(gen: u32, text: String, calls: &Cell<u32>) -> Result<u32, Down> {
    let n = call(calls)?;
    Ok(n + gen + text.into_bytes().len() as u32)
}

#[retry(span, call = gen, name = "{text.0}")]
fn traced_blocking(text: (&str, u32), calls: &Cell<u32>) -> Result<u32, Down> {
    let n = call(calls)?;
    Ok(n + gen.attempt() + text.1)
}

static READS: Hedge = Hedge::after(std::time::Duration::from_millis(50)).extra_load(1.0);

/// Does not answer at the first call.
async fn answer(calls: &Cell<u32>) -> Result<u32, Down> {
    calls.set(calls.get() + 1);
    if calls.get() == 1 {
        std::future::pending::<()>().await;
    }
    Ok(calls.get())
}

async fn answer_with(call: &Call, calls: &Cell<u32>) -> Result<u32, Down> {
    assert_eq!(call.attempt(), 1);
    answer(calls).await
}

fn no_sleep(_: std::time::Duration) -> std::future::Ready<()> {
    std::future::ready(())
}

#[retry(hedge = READS, sleep = no_sleep, call = gen)]
async fn hedged_with_handle(calls: &Cell<u32>) -> Result<u32, Down> {
    answer_with(gen, calls).await
}

#[retry(hedge = READS, sleep = |_| std::future::ready(()), call = dyn_call, clone(gen))]
async fn hedged_with_moves(calls: &Cell<u32>, gen: String, mut n: u32) -> Result<u32, Down> {
    n += gen.into_bytes().len() as u32;
    let moved = async move { answer_with(dyn_call, calls).await };
    let answer = moved.await?;
    Ok(answer + n)
}

#[retry(hedge = context.1, sleep = no_sleep, when = |_| context.0.get() > 0, attempt_timeout = "1h")]
async fn hedged_by_field(context: (Cell<u32>, Hedge)) -> Result<u32, Down> {
    let answer = answer(&context.0).await?;
    Ok(answer)
}

#[allow(clippy::manual_async_fn, reason = "the shape is what is tested")]
#[retry(hedge = READS, sleep = no_sleep)]
fn hedged_future<'a>(calls: &'a Cell<u32>) -> impl Future<Output = Result<u32, Down>> + 'a {
    async move { answer(calls).await }
}

#[retry(hedge = READS, sleep = no_sleep, call = r#async)]
fn hedged_box<'a>(calls: &'a Cell<u32>) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + 'a>> {
    Box::pin(async move { answer_with(r#async, calls).await })
}

#[retry(hedge = READS, sleep = no_sleep)]
impl Client {
    async fn hedged(&self) -> Result<u32, Down> {
        let answer = answer(&self.0).await?;
        Ok(answer)
    }

    #[retry(call = gen)]
    async fn hedged_with_handle(&self) -> Result<u32, Down> {
        answer_with(gen, &self.0).await
    }
}

#[test]
fn every_shape_has_copies() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let calls = || Cell::new(0);
        assert_eq!(hedged_with_handle(&calls()).await, Ok(2));
        assert_eq!(hedged_with_moves(&calls(), "ab".to_owned(), 1).await, Ok(5));
        let hedge = Hedge::after(std::time::Duration::from_millis(50)).extra_load(1.0);
        assert_eq!(hedged_by_field((calls(), hedge)).await, Ok(2));
        assert_eq!(hedged_future(&calls()).await, Ok(2));
        assert_eq!(hedged_box(&calls()).await, Ok(2));
        assert_eq!(Client(calls()).hedged().await, Ok(2));
        assert_eq!(Client(calls()).hedged_with_handle().await, Ok(2));
    });
}

#[test]
fn every_shape_works() {
    let _guard = testing::no_wait();
    let lines = Shared::new(vec![1, 2, 3]);
    assert_eq!(controlled(&lines, &Cell::new(0)), Ok(7));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let outcome = runtime.block_on(controlled_async(&lines, &Cell::new(0), std::future::pending::<()>()));
    assert_eq!(outcome, Some(7));
    assert_eq!(*lines.lock().unwrap(), [1, 2, 3, 3, 3]);
    let calls = || Cell::new(0);
    assert_eq!(runtime.block_on(traced(1, "ab".to_owned(), &calls())), Ok(6));
    assert_eq!(traced_blocking(("ab", 1), &calls()), Ok(7));
    assert_eq!(plain(&calls(), 1), Ok(3));
    assert_eq!(with_question_mark(&calls(), String::new()).unwrap(), 3);
    assert_eq!(shared(&calls()).unwrap(), 3);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert_eq!(runtime.block_on(asynchronous(&calls(), 1)), Ok(4));
    assert_eq!(runtime.block_on(future(&calls())), Ok(3));
    assert_eq!(runtime.block_on(boxed(&calls())), Ok(3));
    assert_eq!(last_temporary(&std::sync::Mutex::new(vec![2, 1])), Some(2));
    assert_eq!(Client(calls()).get().map(|n| n.to_string()), Ok("3".to_owned()));
    assert_eq!(Box::new(Client(calls())).close(), Ok(3));
    let (mut log, mut other) = (Vec::new(), vec![7]);
    assert_eq!(borrowed(Context { log: &mut other, limit: 1 }), Ok(&vec![7]));
    assert_eq!(two_fields(&mut Context { log: &mut log, limit: 2 }), Err(Down::Now));
    assert_eq!(log, [1; 3]);
    let (lines, policy) = (Shared::new(vec![4, 5]), Shared::new(reattempt::Policy::new()));
    let context = Context { log: &mut log, limit: 2 };
    assert_eq!(at_run_time(&lines, &policy, &context, 1), Err(Down::Now));
    assert_eq!(*lines.lock().unwrap(), [4, 5, 2, 2, 2, 2]);
    let jitter = Shared::new((0.5, 0));
    assert_eq!(runtime.block_on(asynchronous_at_run_time(2, &jitter)), Err(Down::Now));
    assert_eq!(jitter.lock().unwrap().1, 4);
    let client = Client(Cell::new(2));
    assert_eq!(client.at_run_time(), Err(Down::Now));
    assert_eq!(client.0.get(), 4);
}
