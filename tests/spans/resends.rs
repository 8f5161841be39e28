//! `http.request.resend_count` on the span of each repeated request, as the conventions of OpenTelemetry ask.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reattempt::http::resend_count;
use reattempt::{Call, Hedge, retry};
use tracing::{Instrument, info_span};

use crate::trace::Trace;

/// Sends a request in the span of a client, as a client of HTTP makes it.
async fn send(call: &Call, answer: Result<u32, &'static str>, after: Duration) -> Result<u32, &'static str> {
    let span = info_span!("GET", otel.kind = "client", http.request.resend_count = resend_count(call));
    async {
        tokio::time::sleep(after).await;
        answer
    }
    .instrument(span)
    .await
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_has_its_number() {
    #[retry(span, base = "100ms", jitter = none, call = c, name = "get")]
    async fn get() -> Result<u32, &'static str> {
        send(c, if c.attempt() == 3 { Ok(200) } else { Err("503") }, Duration::ZERO).await
    }
    let trace = Trace::begin();
    assert_eq!(get().await, Ok(200));
    trace.is("
        retry get operation=get attempts=3 outcome=ok
          ! attempt failed, will retry
          ! attempt failed, will retry
          ! succeeded after a retry
          attempt attempt=1 error=503 ERROR(503)
            GET
          wait delay_ms=100 hinted=false
          attempt attempt=2 error=503 ERROR(503)
            GET http.request.resend_count=1
          wait delay_ms=200 hinted=false
          attempt attempt=3
            GET http.request.resend_count=2
    ");
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_a_repeated_request() {
    static HEDGE: Hedge = Hedge::after(Duration::from_millis(50)).extra_load(1.0);

    #[retry(span, hedge = HEDGE, call = c, name = "get")]
    async fn get(requests: &AtomicU32) -> Result<u32, &'static str> {
        let after = if requests.fetch_add(1, Relaxed) == 0 { 1000 } else { 10 };
        send(c, Ok(200), Duration::from_millis(after)).await
    }
    let trace = Trace::begin();
    assert_eq!(get(&AtomicU32::new(0)).await, Ok(200));
    trace.is("
        retry get operation=get attempts=1 outcome=ok
          ! attempt has not answered, copy started
          ! copy answered first
          attempt attempt=1
            GET
          attempt attempt=1 copy=1
            GET http.request.resend_count=1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_new_start_repeats_the_request_too() {
    #[retry(span, max = 2, base = "100ms", jitter = none, restart_after = "1m", call = c, name = "watch")]
    async fn watch(streams: &AtomicU32) -> Result<u32, &'static str> {
        let lasts = if streams.fetch_add(1, Relaxed) < 2 { 60 } else { 0 };
        send(c, Err("cut"), Duration::from_secs(lasts)).await
    }
    let trace = Trace::begin();
    assert_eq!(watch(&AtomicU32::new(0)).await, Err("cut"));
    let tree = trace.tree();
    let counts: Vec<&str> = tree.lines().filter_map(|line| line.trim().strip_prefix("GET")).collect();
    assert_eq!(counts, ["", " http.request.resend_count=1", " http.request.resend_count=2"]);
}
