//! Retries in a trace, and what breakers, budgets, throttles and hedges do: events of the span in which they happened. With
//! the argument `span`, the call, its attempts and its waits are spans themselves.
//!
//! Run it with `cargo run --example opentelemetry`. The events go through `tracing` and `tracing-opentelemetry` to an
//! exporter in this process, in whose place a service would have one that sends.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use reattempt::{CircuitBreaker, CircuitOpen, Hedge, RetryBudget, Throttle, Throttled, retry};
use tracing_subscriber::layer::SubscriberExt;

/// Keeps the spans that have ended.
#[derive(Clone, Debug, Default)]
struct Exporter(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exporter {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().expect("nobody panicked").extend(spans);
        Ok(())
    }
}

#[retry(max = 4, base_ms = 20, jitter = none, attempt = n)]
async fn reserve(item: &str) -> Result<u32, String> {
    match n {
        1 => Err("connection refused".to_owned()),
        2 => Err(format!("no answer about {item}")),
        _ => Ok(7),
    }
}

#[retry(max = 2, base_ms = 20, jitter = none)]
async fn charge(card: &str) -> Result<(), &'static str> {
    if card.is_empty() { Ok(()) } else { Err("payment service is down") }
}

/// An order in a span of its own: whatever is retried on the way shows in it.
#[tracing::instrument(skip_all)]
async fn order(item: &str, card: &str) -> bool {
    reserve(item).await.is_ok() && charge(card).await.is_ok()
}

static CARRIER: CircuitBreaker = CircuitBreaker::new().name("carrier").consecutive_failures(2);
static RETRIES: RetryBudget = RetryBudget::new().name("carrier retries");
static TARIFFS: Hedge = Hedge::after(Duration::from_millis(20)).extra_load(1.0);
static LABELS: Throttle = Throttle::new().name("labels");

#[derive(Debug)]
struct Failed(String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<CircuitOpen> for Failed {
    fn from(open: CircuitOpen) -> Failed {
        Failed(open.to_string())
    }
}

impl From<Throttled> for Failed {
    fn from(throttled: Throttled) -> Failed {
        Failed(throttled.to_string())
    }
}

/// The first request is slow, and its copy is not.
#[retry(hedge = TARIFFS, name = "tariff")]
async fn tariff(requests: &AtomicU32) -> Result<u32, Failed> {
    if requests.fetch_add(1, Relaxed) == 0 {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    Ok(12)
}

/// The second failure opens the circuit, which refuses the retry.
#[retry(max = 4, base_ms = 20, jitter = none, budget = RETRIES, breaker = CARRIER, name = "book")]
async fn book() -> Result<(), Failed> {
    Err(Failed("the carrier is down".to_owned()))
}

/// The printer has rejected so many labels that most are not sent.
#[retry(max = 1, throttle = LABELS, name = "label")]
async fn label() -> Result<(), Failed> {
    Ok(())
}

/// A delivery in a span of its own.
#[tracing::instrument(skip_all)]
async fn deliver() {
    assert!(tariff(&AtomicU32::new(0)).await.is_ok_and(|tariff| tariff == 12));
    assert!(book().await.is_err());
    while label().await.is_ok() {}
}

/// A call with spans of its own.
#[retry(span, max = 3, base_ms = 20, jitter = none, attempt = n, name = "refund {order}")]
async fn refund(order: u32) -> Result<(), String> {
    if n == 1 { Err(format!("order {order} is locked")) } else { Ok(()) }
}

/// Prints a span with its fields, and below it its children.
fn print_tree(spans: &[SpanData], span: &SpanData, depth: usize) {
    let fields = span.attributes.iter().filter(|field| shown(field.key.as_str()));
    let fields: Vec<String> = fields.map(|field| format!("{} = {}", field.key, field.value)).collect();
    let failed = if matches!(span.status, Status::Error { .. }) { ", failed" } else { "" };
    println!("{:indent$}{}: {}{failed}", "", span.name, fields.join(", "), indent = 2 * depth);
    let mut children: Vec<_> =
        spans.iter().filter(|child| child.parent_span_id == span.span_context.span_id()).collect();
    children.sort_by_key(|child| child.start_time);
    for child in children {
        print_tree(spans, child, depth + 1);
    }
}

/// Prints a span and the events in it, each with its attributes.
fn print(span: &SpanData) {
    println!("span `{}`", span.name);
    for event in span.events.iter() {
        let after = event.timestamp.duration_since(span.start_time).unwrap_or_default();
        println!("  {:>3} ms  {}", after.as_millis(), event.name);
        for attribute in event.attributes.iter().filter(|attribute| shown(attribute.key.as_str())) {
            println!("          {} = {}", attribute.key, attribute.value);
        }
    }
}

/// Where the event stands in the source is of no interest here.
fn shown(key: &str) -> bool {
    !["code.", "thread.", "target", "level", "busy_ns", "idle_ns"]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

/// An attribute of one event in a span.
fn attribute(span: &SpanData, event: usize, key: &str) -> Option<String> {
    let attributes = &span.events.get(event)?.attributes;
    attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|found| found.value.to_string())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let exporter = Exporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    assert!(!order("book", "4711").await, "the payment service is down");
    for _ in 0..100 {
        if let Ok(pass) = LABELS.acquire() {
            pass.rejected();
        }
    }
    deliver().await;
    refund(7).await.expect("the second attempt succeeds");
    provider.shutdown().expect("every span is exported");

    let spans = exporter.0.lock().expect("nobody panicked");
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect("it has a span");
    for span in [named("order"), named("deliver")] {
        print(span);
    }
    print_tree(&spans, named("retry refund {order}"), 0);
    check_order(named("order"));
    check_refund(&spans, named("retry refund {order}"));
    check_delivery(named("deliver"));
}

const RETRY: &str = "attempt failed, will retry";
const GAVE_UP: &str = "attempt failed, giving up";

/// Two retries of a reservation that succeeds, one of a charge that fails.
fn check_order(span: &SpanData) {
    assert_eq!(names(span), [RETRY, RETRY, "succeeded after a retry", RETRY, GAVE_UP]);
    assert_eq!(attribute(span, 0, "operation").as_deref(), Some("opentelemetry::reserve"));
    assert_eq!(attribute(span, 0, "delay_ms").as_deref(), Some("20"));
    assert_eq!(attribute(span, 1, "error").as_deref(), Some("no answer about book"));
    assert_eq!(attribute(span, 4, "reason").as_deref(), Some("max_attempts"));
    let all = format!("{:?}", span.events);
    assert!(!all.contains("4711"), "arguments are not told");
    assert!(matches!(span.status, Status::Error { .. }), "a call that gave up marks its span");
    assert!(
        span.end_time.duration_since(span.start_time).is_ok_and(|time| time >= Duration::from_millis(80))
    );
}

/// An attempt that failed, a wait, and an attempt that succeeded.
fn check_refund(spans: &[SpanData], call: &SpanData) {
    let is_child = |span: &&SpanData| span.parent_span_id == call.span_context.span_id();
    let children: Vec<&str> = spans.iter().filter(is_child).map(|span| span.name.as_ref()).collect();
    assert_eq!(children, ["attempt", "wait", "attempt"]);
    let outcome = call.attributes.iter().find(|field| field.key.as_str() == "outcome");
    assert!(outcome.is_some_and(|outcome| outcome.value.as_str() == "ok"));
}

/// A hedged call, a call that its breaker stops, and a call that its throttle refuses.
fn check_delivery(span: &SpanData) {
    assert_eq!(
        names(span),
        [
            "attempt has not answered, copy started",
            "copy answered first",
            "retry budget paid for a retry",
            RETRY,
            "circuit breaker changed its state",
            "circuit breaker refused a call",
            GAVE_UP,
            "throttle refused a call",
            "refused, giving up",
        ]
    );
    assert_eq!(attribute(span, 0, "copy").as_deref(), Some("1"));
    assert_eq!(attribute(span, 2, "budget").as_deref(), Some("carrier retries"));
    assert_eq!(attribute(span, 4, "to").as_deref(), Some("open"));
    assert_eq!(attribute(span, 5, "breaker").as_deref(), Some("carrier"));
    assert_eq!(attribute(span, 6, "reason").as_deref(), Some("circuit_open"));
    assert_eq!(attribute(span, 7, "throttle").as_deref(), Some("labels"));
    assert_eq!(attribute(span, 8, "reason").as_deref(), Some("throttled"));
}

fn names(span: &SpanData) -> Vec<&str> {
    span.events.iter().map(|event| event.name.as_ref()).collect()
}
