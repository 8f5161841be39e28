//! The spans of a call with `span`, as an exporter of OpenTelemetry gets them.

mod trace;

use reattempt::retry;
use trace::Trace;

#[retry(span, max = 3, base = "100ms", jitter = none, attempt = n, name = "reserve {item}")]
async fn reserve(item: &str) -> Result<u32, String> {
    tracing::info!("asks");
    if n < 3 { Err(format!("no answer about {item}")) } else { Ok(7) }
}

#[tokio::test(start_paused = true)]
async fn a_call_has_a_span_with_those_of_its_attempts_and_waits() {
    let trace = Trace::begin();
    assert_eq!(reserve("tea").await, Ok(7));
    println!("{}", trace.tree());
}

#[retry(span, max = 2, base = "100ms", jitter = none)]
fn connect() -> Result<(), &'static str> {
    tracing::info!("connects");
    Err("refused")
}

#[test]
fn a_blocking_call_that_gives_up() {
    let _guard = reattempt::testing::no_wait();
    let trace = Trace::begin();
    assert_eq!(connect(), Err("refused"));
    println!("{}", trace.tree());
}
