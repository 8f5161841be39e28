//! A trace as a collector gets it: the spans that ended, as a tree in text.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use opentelemetry::trace::{SpanId, Status, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
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

/// The trace of what this thread does, until the value is dropped.
pub(crate) struct Trace {
    exporter: Exporter,
    _provider: SdkTracerProvider,
    _subscriber: DefaultGuard,
}

impl Trace {
    pub(crate) fn begin() -> Trace {
        Trace::at(LevelFilter::TRACE)
    }

    /// Begins a trace without what is below a level.
    pub(crate) fn at(level: LevelFilter) -> Trace {
        let exporter = Exporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("test"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false);
        let subscriber = tracing_subscriber::registry().with(level).with(layer);
        let subscriber = tracing::subscriber::set_default(subscriber);
        Trace { exporter, _provider: provider, _subscriber: subscriber }
    }

    /// Returns the tree of the spans that have ended: a line for each span, with its attributes, its status and its events.
    pub(crate) fn tree(&self) -> String {
        let mut spans = self.exporter.0.lock().expect("nobody panicked").clone();
        spans.sort_by_key(|span| span.start_time);
        let is_exported = |id: SpanId| spans.iter().any(|span| span.span_context.span_id() == id);
        let mut tree = String::new();
        for root in spans.iter().filter(|span| !is_exported(span.parent_span_id)) {
            write(&mut tree, &spans, root, 0);
        }
        tree
    }

    /// Asserts that this is the tree. The expected lines are indented by more than it.
    #[track_caller]
    pub(crate) fn is(&self, expected: &str) {
        let lines: Vec<&str> = expected.lines().filter(|line| !line.trim().is_empty()).collect();
        let depth = |line: &str| line.len() - line.trim_start().len();
        let outer = lines.iter().map(|line| depth(line)).min().unwrap_or(0);
        let expected: String = lines.iter().flat_map(|line| [&line[outer..], "\n"]).collect();
        let tree = self.tree();
        assert!(tree == expected, "the tree is\n{tree}and not\n{expected}");
    }
}

fn write(tree: &mut String, spans: &[SpanData], span: &SpanData, depth: usize) {
    let indent = "  ".repeat(depth);
    write!(tree, "{indent}{}", span.name).expect("a string takes all");
    for attribute in &span.attributes {
        write!(tree, " {}={}", attribute.key, attribute.value).expect("a string takes all");
    }
    if let Status::Error { description } = &span.status {
        write!(tree, " ERROR({description})").expect("a string takes all");
    }
    tree.push('\n');
    for event in &span.events.events {
        writeln!(tree, "{indent}  ! {}", event.name).expect("a string takes all");
    }
    for child in spans.iter().filter(|child| child.parent_span_id == span.span_context.span_id()) {
        write(tree, spans, child, depth + 1);
    }
}
