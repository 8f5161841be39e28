//! The argument `span`: the tree of a call in each shape that a function can have.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, GiveUpReason, Hedge, RetryError, Retryable, retry,
};
use tracing::instrument;
use tracing::level_filters::LevelFilter;

use crate::trace::Trace;

#[retry(span, max = 3, base = "100ms", jitter = none, attempt = n, name = "reserve {item}")]
async fn reserve(item: &str) -> Result<u32, String> {
    tracing::info!("asks");
    if n < 3 { Err(format!("no {item}")) } else { Ok(7) }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_a_span_around_those_of_its_attempts_and_waits() {
    let trace = Trace::begin();
    assert_eq!(reserve("tea").await, Ok(7));
    trace.is("
        retry reserve {item} operation=reserve tea attempts=3 outcome=ok
          ! attempt failed, will retry
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=no tea ERROR(no tea)
            ! asks
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=no tea ERROR(no tea)
            ! asks
          wait delay_ms=200 hinted=false
          attempt attempt=3
            ! asks
    ");
}

#[tokio::test]
async fn a_call_that_succeeds_at_once_has_two_spans() {
    #[retry(span)]
    async fn read() -> Result<(), &'static str> {
        Ok(())
    }
    let trace = Trace::begin();
    assert_eq!(read().await, Ok(()));
    trace.is(&format!(
        "
        retry {0}::read operation={0}::read attempts=1 outcome=ok
          attempt attempt=1
        ",
        module_path!()
    ));
}

#[retry(span, max = 2, base = "100ms", jitter = none, name = "connect")]
fn connect() -> Result<(), &'static str> {
    tracing::info!("connects");
    Err("refused")
}

#[test]
fn a_blocking_call_enters_its_spans() {
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::begin();
    assert_eq!(connect(), Err("refused"));
    trace.is("
        retry connect operation=connect attempts=2 outcome=gave_up reason=max_attempts ERROR(refused)
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=refused ERROR(refused)
            ! connects
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=refused ERROR(refused)
            ! connects
    ");
}

#[test]
fn a_blocking_call_that_succeeds_after_a_failure() {
    #[retry(span, base = "100ms", jitter = none, attempt = n, name = "open")]
    fn open() -> Result<u32, String> {
        (n == 2).then_some(n).ok_or_else(|| "not yet".to_owned())
    }
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::begin();
    assert_eq!(open(), Ok(2));
    trace.is("
        retry open operation=open attempts=2 outcome=ok
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=not yet ERROR(not yet)
          wait delay_ms=100 hinted=false
          attempt attempt=2
    ");
}

#[derive(Debug)]
enum Failed {
    Late,
    Busy(u64),
    Refused,
    Gone,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failed::Late => f.write_str("too late"),
            Failed::Busy(seconds) => write!(f, "busy for {seconds} s"),
            Failed::Refused => f.write_str("refused"),
            Failed::Gone => f.write_str("gone"),
        }
    }
}

impl std::error::Error for Failed {}

impl Retryable for Failed {
    fn is_retryable(&self) -> bool {
        !matches!(self, Failed::Gone)
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Failed::Busy(seconds) => Some(Duration::from_secs(*seconds)),
            _ => None,
        }
    }
}

impl From<AttemptTimeout> for Failed {
    fn from(_: AttemptTimeout) -> Failed {
        Failed::Late
    }
}

impl From<CircuitOpen> for Failed {
    fn from(_: CircuitOpen) -> Failed {
        Failed::Refused
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_peer_asked_for_is_hinted_and_a_permanent_error_ends_the_call() {
    #[retry(span, base = "100ms", hint = exact, attempt = n, name = "get")]
    async fn get() -> Result<(), Failed> {
        Err(if n == 1 { Failed::Busy(2) } else { Failed::Gone })
    }
    let trace = Trace::begin();
    assert!(get().await.is_err());
    trace.is("
        retry get operation=get attempts=2 outcome=gave_up reason=not_retryable ERROR(gone)
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=busy for 2 s ERROR(busy for 2 s)
          wait delay_ms=2000 hinted=true
          attempt attempt=2 error=gone ERROR(gone)
    ");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_runs_out_of_time_is_a_failure() {
    #[retry(span, max = 2, base = "100ms", jitter = none, attempt_timeout = "1s", name = "slow")]
    async fn slow() -> Result<(), Failed> {
        std::future::pending().await
    }
    let trace = Trace::begin();
    assert!(slow().await.is_err());
    trace.is("
        retry slow operation=slow attempts=2 outcome=gave_up reason=max_attempts ERROR(too late)
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=too late ERROR(too late)
    ");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_is_open_refuses_a_call_without_an_attempt() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().name("bank").consecutive_failures(1);

    #[retry(span, max = 3, base = "100ms", jitter = none, breaker = BREAKER, name = "pay")]
    async fn pay() -> Result<(), Failed> {
        Err(Failed::Late)
    }
    let trace = Trace::begin();
    assert!(pay().await.is_err());
    assert!(pay().await.is_err());
    trace.is("
        retry pay operation=pay attempts=1 outcome=gave_up reason=circuit_open ERROR(too late)
          ! circuit breaker changed its state
          ! circuit breaker refused a call
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
        retry pay operation=pay attempts=0 outcome=gave_up reason=circuit_open ERROR(the circuit breaker `bank` is open for another 30s)
          ! circuit breaker refused a call
          ! refused, giving up
    ");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_cancelled_closes_its_wait() {
    #[retry(span, base = "10s", jitter = none, cancel = tokio::time::sleep(Duration::from_secs(1)), name = "poll")]
    async fn poll() -> Result<(), Failed> {
        Err(Failed::Late)
    }
    let trace = Trace::begin();
    assert!(poll().await.is_err());
    trace.is("
        retry poll operation=poll attempts=1 outcome=gave_up reason=cancelled ERROR(too late)
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
          wait delay_ms=10000 hinted=false
    ");
}

#[test]
fn a_blocking_call_ends_by_its_breaker_and_by_cancel() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().name("till").consecutive_failures(2);

    #[retry(span, max = 5, base = "100ms", jitter = none, breaker = BREAKER, name = "pay", cancel = |_| is_over)]
    fn pay(is_over: bool) -> Result<(), Failed> {
        tracing::info!("pays");
        Err(Failed::Late)
    }
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::begin();
    for is_over in [true, false, false] {
        assert!(pay(is_over).is_err());
    }
    trace.is(
        "
        retry pay operation=pay attempts=1 outcome=gave_up reason=cancelled ERROR(too late)
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
            ! pays
        retry pay operation=pay attempts=1 outcome=gave_up reason=circuit_open ERROR(too late)
          ! circuit breaker changed its state
          ! circuit breaker refused a call
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
            ! pays
        retry pay operation=pay attempts=0 outcome=gave_up reason=circuit_open ERROR(the circuit breaker `till` is open for another 30s)
          ! circuit breaker refused a call
          ! refused, giving up
    ",
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_closes_its_spans() {
    struct Watched;

    impl Drop for Watched {
        fn drop(&mut self) {
            tracing::info!("dropped");
        }
    }

    #[retry(span, name = "hang")]
    async fn hang() -> Result<(), Failed> {
        let _watched = Watched;
        std::future::pending().await
    }
    let trace = Trace::begin();
    assert!(tokio::time::timeout(Duration::from_secs(1), hang()).await.is_err());
    trace.is("
        retry hang operation=hang
          attempt attempt=1
            ! dropped
    ");
}

#[tokio::test(start_paused = true)]
async fn the_spans_of_other_libraries_are_children_of_the_attempt() {
    #[instrument]
    async fn query() -> Result<(), Failed> {
        Err(Failed::Late)
    }

    #[retry(span, max = 1, name = "inner")]
    async fn inner() -> Result<(), Failed> {
        query().await
    }

    #[retry(span, max = 2, base = "100ms", jitter = none, name = "outer")]
    async fn outer() -> Result<(), Failed> {
        inner().await
    }
    let trace = Trace::begin();
    assert!(outer().await.is_err());
    trace.is("
        retry outer operation=outer attempts=2 outcome=gave_up reason=max_attempts ERROR(too late)
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
            retry inner operation=inner attempts=1 outcome=gave_up reason=max_attempts ERROR(too late)
              ! attempt failed, giving up
              attempt attempt=1 error=too late ERROR(too late)
                query
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=too late ERROR(too late)
            retry inner operation=inner attempts=1 outcome=gave_up reason=max_attempts ERROR(too late)
              ! attempt failed, giving up
              attempt attempt=1 error=too late ERROR(too late)
                query
    ");
}

#[tokio::test]
async fn instrument_stands_above_or_below() {
    #[instrument]
    #[retry(span, name = "inside")]
    async fn above() -> Result<(), Failed> {
        Ok(())
    }

    #[retry(span, name = "outside")]
    #[instrument]
    async fn below() -> Result<(), Failed> {
        Ok(())
    }
    let trace = Trace::begin();
    assert!(above().await.is_ok() && below().await.is_ok());
    trace.is("
        retry inside operation=inside attempts=1 outcome=ok
          attempt attempt=1
            above
        below
          retry outside operation=outside attempts=1 outcome=ok
            attempt attempt=1
    ");
}

/// The first try hangs, and its copy answers.
#[tokio::test(start_paused = true)]
async fn a_copy_has_a_span_of_its_own_and_the_loser_is_closed() {
    static HEDGE: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    #[retry(span, hedge = HEDGE, name = "tariff")]
    async fn tariff(requests: &AtomicU32) -> Result<u32, Failed> {
        if requests.fetch_add(1, Relaxed) == 0 {
            std::future::pending::<()>().await;
        }
        tracing::info!("answers");
        Ok(12)
    }
    let trace = Trace::begin();
    assert!(tariff(&AtomicU32::new(0)).await.is_ok());
    trace.is("
        retry tariff operation=tariff attempts=1 outcome=ok
          ! attempt has not answered, copy started
          ! copy answered first
          attempt attempt=1
          attempt attempt=1 copy=1
            ! answers
    ");
}

/// Both tries fail, and the retry succeeds.
#[tokio::test(start_paused = true)]
async fn the_failure_of_each_try_is_its_own() {
    static HEDGE: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    #[retry(span, hedge = HEDGE, base = "1s", jitter = none, name = "tariff")]
    async fn tariff(requests: &AtomicU32) -> Result<u32, String> {
        let request = requests.fetch_add(1, Relaxed);
        if request == 2 {
            return Ok(12);
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
        Err(format!("request {request} failed"))
    }
    let trace = Trace::begin();
    assert!(tariff(&AtomicU32::new(0)).await.is_ok());
    trace.is("
        retry tariff operation=tariff attempts=2 outcome=ok
          ! attempt has not answered, copy started
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=request 0 failed ERROR(request 0 failed)
          attempt attempt=1 copy=1 error=request 1 failed ERROR(request 1 failed)
          wait delay_ms=1000 hinted=false
          attempt attempt=2
    ");
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_over_a_new_start() {
    #[retry(span, max = 2, base = "100ms", jitter = none, restart_after = "1m", attempt = n, name = "stream")]
    async fn stream(runs: &AtomicU32) -> Result<(), Failed> {
        if runs.fetch_add(1, Relaxed) < 2 {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Err(if n == 0 { Failed::Gone } else { Failed::Late })
    }
    let trace = Trace::begin();
    assert!(stream(&AtomicU32::new(0)).await.is_err());
    trace.is("
        retry stream operation=stream attempts=3 outcome=gave_up reason=max_attempts ERROR(too late)
          ! attempt failed, will retry
          ! attempt failed, will retry
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=too late ERROR(too late)
          wait delay_ms=100 hinted=false
          attempt attempt=3 error=too late ERROR(too late)
    ");
}

#[tokio::test(start_paused = true)]
async fn hooks_fallbacks_and_errors_of_the_own_are_in_the_span_of_the_call() {
    #[retry(
        span, max = 2, base = "100ms", jitter = none, error = Failed, name = "all",
        on_retry = async |_| tracing::info!("hook of a retry"),
        on_give_up = async |_| tracing::info!("hook of the end"),
    )]
    async fn all() -> Result<(), RetryError<Failed>> {
        Err(Failed::Late)
    }
    let trace = Trace::begin();
    assert_eq!(all().await.unwrap_err().reason(), GiveUpReason::MaxAttempts);
    trace.is("
        retry all operation=all attempts=2 outcome=gave_up reason=max_attempts ERROR(too late)
          ! hook of a retry
          ! attempt failed, will retry
          ! hook of the end
          ! attempt failed, giving up
          attempt attempt=1 error=too late ERROR(too late)
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=too late ERROR(too late)
    ");
}

struct Client {
    sent: AtomicU32,
}

#[retry(span, max = 2, base = "100ms", jitter = none)]
impl Client {
    #[retry(name = "send")]
    async fn send<T: AsRef<str> + Sync>(&self, text: T) -> Result<usize, String> {
        let sent = self.sent.fetch_add(1, Relaxed);
        if sent == 0 { Err("closed".to_owned()) } else { Ok(text.as_ref().len()) }
    }

    #[retry(name = "flush")]
    fn flush(&mut self) -> Result<u32, String> {
        *self.sent.get_mut() += 1;
        Ok(*self.sent.get_mut())
    }
}

#[tokio::test(start_paused = true)]
async fn methods_of_a_block_have_spans() {
    let trace = Trace::begin();
    let mut client = Client { sent: AtomicU32::new(0) };
    assert_eq!(client.send("text").await, Ok(4));
    assert_eq!(client.flush(), Ok(3));
    trace.is("
        retry send operation=send attempts=2 outcome=ok
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=closed ERROR(closed)
          wait delay_ms=100 hinted=false
          attempt attempt=2
        retry flush operation=flush attempts=1 outcome=ok
          attempt attempt=1
    ");
}

#[async_trait::async_trait]
trait Store {
    async fn load(&self, key: &str) -> Result<String, Failed>;
}

#[async_trait::async_trait]
impl Store for Client {
    #[retry(span, max = 2, base = "100ms", jitter = none, name = "load")]
    async fn load(&self, key: &str) -> Result<String, Failed> {
        tracing::info!("loads");
        if self.sent.fetch_add(1, Relaxed) == 0 { Err(Failed::Late) } else { Ok(key.to_owned()) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_under_async_trait_has_spans_and_can_be_sent() {
    let trace = Trace::begin();
    let store = Client { sent: AtomicU32::new(0) };
    let call: std::pin::Pin<Box<dyn Future<Output = _> + Send>> = store.load("key");
    assert!(call.await.is_ok_and(|text| text == "key"));
    trace.is("
        retry load operation=load attempts=2 outcome=ok
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=too late ERROR(too late)
            ! loads
          wait delay_ms=100 hinted=false
          attempt attempt=2
            ! loads
    ");
}

#[tokio::test(start_paused = true)]
async fn a_call_of_itself_is_in_the_attempt() {
    #[retry(span, max = 1, name = "count {depth}")]
    fn count(depth: u32) -> impl Future<Output = Result<u32, Failed>> {
        async move { if depth == 0 { Ok(0) } else { Ok(1 + Box::pin(count(depth - 1)).await?) } }
    }
    let trace = Trace::begin();
    assert!(count(1).await.is_ok());
    trace.is("
        retry count {depth} operation=count 1 attempts=1 outcome=ok
          attempt attempt=1
            retry count {depth} operation=count 0 attempts=1 outcome=ok
              attempt attempt=1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_polled_value_that_is_refused_fails_the_attempt() {
    #[retry(span, base = "100ms", jitter = none, retry_ok = |state| *state == "pending", attempt = n, name = "job")]
    async fn job() -> Result<&'static str, Failed> {
        Ok(if n == 1 { "pending" } else { "done" })
    }
    let trace = Trace::begin();
    assert!(job().await.is_ok());
    trace.is("
        retry job operation=job attempts=2 outcome=ok
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=the value is not accepted yet ERROR(the value is not accepted yet)
          wait delay_ms=100 hinted=false
          attempt attempt=2
    ");
}

/// The events of the level are in the span around the call.
#[test]
fn a_filter_by_level_removes_the_spans() {
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::at(LevelFilter::WARN);
    tracing::warn_span!("around").in_scope(|| assert_eq!(connect(), Err("refused")));
    trace.is("
        around ERROR()
          ! attempt failed, will retry
          ! attempt failed, giving up
    ");
}

#[test]
fn a_call_without_a_listener_has_no_spans() {
    let _guard = reattempt::testing::no_wait();
    assert_eq!(connect(), Err("refused"));
    let trace = Trace::begin();
    assert_eq!(trace.tree(), "");
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn a_call_is_send() {
    #[retry(span, attempt_timeout = "1s", clone(text))]
    async fn send(text: String, sent: &AtomicU32) -> Result<String, Failed> {
        tokio::task::yield_now().await;
        if sent.fetch_add(1, Relaxed) == 0 { Err(Failed::Late) } else { Ok(text) }
    }
    drop(is_send(send(String::new(), &AtomicU32::new(0))));
}
