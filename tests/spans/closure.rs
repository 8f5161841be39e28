//! The step `span`: the tree of a call of a closure, the same as that of a function.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reattempt::{CircuitBreaker, CircuitOpen, Hedge, Jitter, Policy};

use crate::trace::Trace;

const POLICY: Policy = Policy::new().max(2).base(Duration::from_millis(100)).jitter(Jitter::None);

const RECOVERED: &str = "
    retry read operation=read attempts=2 outcome=ok
      ! attempt failed, will retry
      ! succeeded after a retry
      attempt attempt=1 error=busy ERROR(busy)
        ! reads
      wait delay_ms=100 hinted=false
      attempt attempt=2
        ! reads
";

const GAVE_UP: &str = "
    retry read operation=read attempts=2 outcome=gave_up reason=max_attempts ERROR(busy)
      ! attempt failed, will retry
      ! attempt failed, giving up
      attempt attempt=1 error=busy ERROR(busy)
        ! reads
      wait delay_ms=100 hinted=false
      attempt attempt=2 error=busy ERROR(busy)
        ! reads
";

const COPIED: &str = "
    retry get operation=get attempts=2 outcome=ok
      ! attempt has not answered, copy started
      ! attempt failed, will retry
      ! succeeded after a retry
      attempt attempt=1 error=late ERROR(late)
      attempt attempt=1 copy=1 error=late ERROR(late)
      wait delay_ms=100 hinted=false
      attempt attempt=2
";

/// Succeeds at the attempt with this number, counted from 1.
fn read(attempts: &Cell<u32>, success: u32) -> Result<(), &'static str> {
    tracing::info!("reads");
    attempts.set(attempts.get() + 1);
    if attempts.get() == success { Ok(()) } else { Err("busy") }
}

#[test]
fn a_blocking_call_has_spans() {
    let _guard = reattempt::testing::no_wait();
    let attempts = Cell::new(0);
    let trace = Trace::begin();
    assert!(POLICY.retry(|| read(&attempts, 2)).span().name("read").log_errors().run().is_ok());
    trace.is(RECOVERED);
    let trace = Trace::begin();
    assert!(POLICY.retry(|| read(&attempts, 0)).name("read").log_errors().span().run().is_err());
    trace.is(GAVE_UP);
}

#[tokio::test(start_paused = true)]
async fn an_async_call_has_spans() {
    let attempts = Cell::new(0);
    let trace = Trace::begin();
    let call = POLICY.retry_async(async || read(&attempts, 2)).span().name("read").log_errors();
    assert!(call.await.is_ok());
    trace.is(RECOVERED);
    let trace = Trace::begin();
    let call = POLICY.retry_async(async || read(&attempts, 0)).name("read").log_errors().span();
    assert!(call.run_or_explain().await.is_err());
    trace.is(GAVE_UP);
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_closure_that_lends_has_spans() {
    let attempts = Cell::new(0);
    let trace = Trace::begin();
    let call = POLICY.retry_async_mut(async || read(&attempts, 2)).span().name("read").log_errors();
    assert!(call.run().await.is_ok());
    trace.is(RECOVERED);
    let trace = Trace::begin();
    let call = POLICY.retry_async_mut(async || read(&attempts, 0)).span().name("read").log_errors();
    assert!(call.run().await.is_err());
    trace.is(GAVE_UP);
}

#[test]
fn the_name_is_the_place_of_the_call() {
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::begin();
    let line = line!() + 1;
    assert!(POLICY.retry(|| Ok::<_, ()>(())).span().run().is_ok());
    let (file, column) = (file!(), 20);
    let call =
        format!("retry {file} operation={file}:{line}:{column} attempts=1 outcome=ok\n  attempt attempt=1\n");
    trace.is(&call);
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_sent_and_its_copies_have_spans() {
    static HEDGE: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    async fn request(requests: Arc<AtomicU32>) -> Result<u32, String> {
        let request = requests.fetch_add(1, Relaxed);
        if request == 2 {
            return Ok(request);
        }
        tokio::time::sleep(Duration::from_millis(80)).await;
        Err("late".to_owned())
    }

    for is_first in [true, false] {
        let (trace, requests) = (Trace::begin(), Arc::new(AtomicU32::new(0)));
        let call = POLICY.retry_async(move || request(Arc::clone(&requests))).name("get").log_errors();
        let result = if is_first {
            let call = call.span().hedge(&HEDGE).restart_after(Duration::from_secs(60));
            tokio::spawn(call).await.expect("no attempt panics")
        } else {
            call.restart_after(Duration::from_secs(60)).hedge(&HEDGE).span().await
        };
        assert_eq!(result, Ok(2));
        trace.is(COPIED);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_has_no_attempt_and_a_dropped_one_no_outcome() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new().name("bank").consecutive_failures(1);

    #[derive(Debug)]
    struct Refused;

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("refused")
        }
    }

    impl From<CircuitOpen> for Refused {
        fn from(_: CircuitOpen) -> Refused {
            Refused
        }
    }

    let trace = Trace::begin();
    for _ in 0..2 {
        let pay = POLICY.retry_async(async || Err::<(), _>(Refused));
        assert!(pay.breaker(&BREAKER).name("pay").log_errors().span().await.is_err());
    }
    let hang = POLICY.retry_async(std::future::pending::<Result<(), ()>>).name("hang").span();
    assert!(tokio::time::timeout(Duration::from_secs(1), hang).await.is_err());
    trace.is(
        "
        retry pay operation=pay attempts=1 outcome=gave_up reason=circuit_open ERROR(refused)
          ! circuit breaker changed its state
          ! circuit breaker refused a call
          ! attempt failed, giving up
          attempt attempt=1 error=refused ERROR(refused)
        retry pay operation=pay attempts=0 outcome=gave_up reason=circuit_open ERROR(the circuit breaker `bank` is open for another 30s)
          ! circuit breaker refused a call
          ! refused, giving up
        retry hang operation=hang
          attempt attempt=1
    ",
    );
}
