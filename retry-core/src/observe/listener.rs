//! A subscriber for tests, which keeps the log of one thread.

use core::fmt::{Debug, Write};
use core::mem;
use std::string::String;
use std::sync::{Arc, Mutex};
use std::vec::Vec;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing::{Event, Metadata, Subscriber};

/// The lines of a log: an event with its level, a span with its number and its name, and a field that a span gets later with
/// the number of the span.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listener(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    lines: Vec<String>,
    spans: u64,
}

impl Listener {
    /// Listens to this thread until the guard is dropped.
    pub(crate) fn listen() -> (Listener, DefaultGuard) {
        let listener = Listener::default();
        let guard = set_default(listener.clone());
        (listener, guard)
    }

    /// Returns the lines since the last call.
    pub(crate) fn lines(&self) -> Vec<String> {
        mem::take(&mut self.0.lock().expect("no test panics here").lines)
    }

    fn write(&self, line: String, record: impl FnOnce(&mut Line)) {
        let mut line = Line(line);
        record(&mut line);
        self.0.lock().expect("no test panics here").lines.push(line.0);
    }
}

/// A line, to which fields are added.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a string takes any text");
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "reattempt"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let number = {
            let mut log = self.0.lock().expect("no test panics here");
            log.spans += 1;
            log.spans
        };
        self.write(std::format!("{number} {}", span.metadata().name()), |line| span.record(line));
        Id::from_u64(number)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        self.write(std::format!("{}", id.into_u64()), |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(std::format!("{}", event.metadata().level()), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
