//! The spans of a call: their names, their fields, and what fills them.

use core::fmt::Display;
use core::time::Duration;
use std::format;

use tracing::Instrument;
use tracing::field::Empty;
use tracing::level_filters::LevelFilter;

use super::log::in_millis;
use crate::decision::GiveUpReason;

/// A span of a call, of an attempt or of a wait. It is none where no subscriber wants it.
#[derive(Clone, Debug)]
pub(crate) struct Span(tracing::Span);

/// A future that is polled and dropped in a span.
pub(crate) type InSpan<F> = tracing::instrument::Instrumented<F>;

/// A span that this thread is in until the value is dropped.
pub(crate) type Entered = tracing::span::EnteredSpan;

impl Span {
    /// Returns no span.
    pub(crate) const fn none() -> Span {
        Span(tracing::Span::none())
    }

    /// Returns whether any subscriber may want a span.
    #[inline]
    pub(crate) fn may_be_wanted() -> bool {
        LevelFilter::current() >= LevelFilter::INFO
    }

    /// Returns the span that a future is in.
    pub(crate) fn of<F>(future: &InSpan<F>) -> Span {
        Span(future.span().clone())
    }

    /// Creates the span of a call. A collector names it by the operation's label, in which placeholders stay as written, so
    /// that its names are few.
    pub(crate) fn call(label: &'static str, operation: &dyn Display) -> Span {
        Span(tracing::info_span!(
            target: "reattempt",
            "retry",
            operation = %operation,
            attempts = Empty,
            outcome = Empty,
            reason = Empty,
            otel.name = format!("retry {label}"),
            otel.kind = "internal",
            otel.status_code = Empty,
            otel.status_description = Empty,
        ))
    }

    /// Creates the span of an attempt or, with its number from 1, of a copy beside it.
    pub(crate) fn attempt(attempt: u32, copy: Option<u32>) -> Span {
        Span(tracing::info_span!(
            target: "reattempt",
            "attempt",
            attempt,
            copy,
            error = Empty,
            otel.kind = "internal",
            otel.status_code = Empty,
            otel.status_description = Empty,
        ))
    }

    /// Creates the span of a wait.
    pub(crate) fn wait(delay: Duration, hinted: bool) -> Span {
        let delay_ms = in_millis(delay);
        Span(tracing::info_span!(target: "reattempt", "wait", delay_ms, hinted, otel.kind = "internal"))
    }

    /// Fills in that the attempt has failed.
    pub(crate) fn attempt_failed(&self, error: &str) {
        self.0.record("error", error);
        self.failed(error);
    }

    /// Fills in that the call has succeeded.
    pub(crate) fn succeeded(&self, attempts: u32) {
        self.0.record("attempts", attempts).record("outcome", "ok");
    }

    /// Fills in that the call has given up.
    pub(crate) fn gave_up(&self, attempts: u32, reason: GiveUpReason, error: &str) {
        self.0.record("attempts", attempts).record("outcome", "gave_up").record("reason", reason.as_str());
        self.failed(error);
    }

    /// Fills in the status of OpenTelemetry. A success leaves it unset, as its conventions ask of libraries.
    fn failed(&self, error: &str) {
        self.0.record("otel.status_code", "ERROR").record("otel.status_description", error);
    }

    /// Returns whether the span is none.
    #[inline]
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Puts this thread into the span.
    pub(crate) fn enter(&self) -> Entered {
        self.0.clone().entered()
    }

    /// Returns the future, polled and dropped in the span.
    #[inline]
    pub(crate) fn around<F>(self, future: F) -> InSpan<F> {
        future.instrument(self.0)
    }
}
