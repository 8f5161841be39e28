//! The spans of one call: when each of them begins, which of them fails, and with what the call's own ends.

use core::fmt::Display;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pin_project_lite::pin_project;

use super::planned::{GivenUp, Planned};
use super::site::Site;
use crate::observe::{Entered, InSpan, Span};

/// Refuses `span` without the feature `tracing`, at compile time.
///
/// # Panics
/// Without the feature.
pub const fn check_span() {
    assert!(
        cfg!(feature = "tracing"),
        "`span` needs the feature `tracing` of reattempt; write `features = [\"tracing\"]` in Cargo.toml"
    );
}

/// The spans of one call: its own, which begins with the call, and those of its attempts and waits, which are its children.
///
/// An attempt and its copies have a span each. That of the try whose answer counts is kept until the decision, which fills
/// in its error.
#[derive(Debug)]
pub struct Trace {
    call: Span,
    tries: Mutex<Tries>,
}

/// The tries of the attempt that runs.
#[derive(Debug)]
struct Tries {
    /// The number of attempts that have begun.
    attempts: u32,
    /// The number of copies beside the attempt, or `None` before an attempt.
    copies: Option<u32>,
    /// The span of the try that answered last or, before an answer, of the attempt itself.
    deciding: Span,
    /// The delay of the next wait, and whether the peer asked for it.
    delay: (Duration, bool),
}

impl Trace {
    /// Begins the span of a call.
    #[must_use]
    pub fn start(site: &Site<'_>, operation: Option<&dyn Display>) -> Trace {
        Trace::named(site.operation, operation.unwrap_or(&site.operation))
    }

    /// Begins the span of a call with this label and this name.
    pub(crate) fn named(label: &'static str, operation: &dyn Display) -> Trace {
        let tries = Tries { attempts: 0, copies: None, deciding: Span::none(), delay: (Duration::ZERO, false) };
        Trace { call: Span::call(label, operation), tries: Mutex::new(tries) }
    }

    /// Puts this thread into the span of the call.
    #[must_use]
    pub fn enter(&self) -> Entered {
        self.call.enter()
    }

    /// Returns the future of the whole call, which is polled and dropped in the span of the call.
    pub fn around<T, F: Future<Output = T>>(&self, call: F) -> InSpan<F> {
        self.call.around(call)
    }

    /// Begins the span of an attempt, and puts this thread into it.
    #[must_use]
    pub fn enter_attempt(&self) -> Entered {
        self.next_try().enter()
    }

    /// Begins the span of an attempt, or of a copy beside it, and returns its future in that span.
    pub fn attempt<F: Future>(&self, attempt: F) -> Try<'_, F> {
        let span = self.next_try();
        Try { attempt: span.around(attempt), span, trace: self }
    }

    /// Fills in the failure of an attempt that is retried.
    pub fn failed(&self, planned: &Planned) {
        let Some(pending) = &planned.pending else { return };
        self.end_attempt(Some(&pending.error));
        self.tries().delay = (planned.delay(), pending.is_hinted);
    }

    /// Begins the span of a wait, and puts this thread into it.
    #[must_use]
    pub fn enter_wait(&self) -> Entered {
        self.wait_span().enter()
    }

    /// Begins the span of a wait, and returns its future in that span.
    pub fn wait<F: Future>(&self, wait: F) -> InSpan<F> {
        self.wait_span().around(wait)
    }

    fn wait_span(&self) -> Span {
        let (delay, is_hinted) = self.tries().delay;
        Span::wait(delay, is_hinted)
    }

    /// Fills in the success of the call.
    pub fn succeeded(&self) {
        let attempts = self.end_attempt(None);
        self.call.succeeded(attempts);
    }

    /// Fills in the end of the call without success, and the failure of its last attempt unless a wait followed it.
    pub fn gave_up(&self, given_up: &GivenUp) {
        let error = given_up.pending.as_ref().map_or("", |pending| &*pending.error);
        let attempts = self.end_attempt(Some(error));
        self.call.gave_up(attempts, given_up.reason, error);
    }

    /// Begins the span of the next try: an attempt, or a copy of the attempt that runs.
    fn next_try(&self) -> Span {
        let mut tries = self.tries();
        let copy = tries.copies.map(|copies| copies + 1);
        tries.copies = Some(copy.unwrap_or(0));
        if copy.is_some() {
            return Span::attempt(tries.attempts, copy);
        }
        tries.attempts = tries.attempts.saturating_add(1);
        tries.deciding = Span::attempt(tries.attempts, None);
        tries.deciding.clone()
    }

    /// Ends the attempt that runs, if any, and returns the number of attempts.
    fn end_attempt(&self, error: Option<&str>) -> u32 {
        let (attempts, deciding) = {
            let mut tries = self.tries();
            tries.copies = None;
            (tries.attempts, core::mem::replace(&mut tries.deciding, Span::none()))
        };
        if let Some(error) = error {
            deciding.attempt_failed(error);
        }
        attempts
    }

    /// Keeps the span of the try that has answered.
    fn answered(&self, span: &Span) {
        self.tries().deciding = span.clone();
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pin_project! {
    /// The future of an attempt, or of a copy beside it, in a span of its own.
    #[derive(Debug)]
    #[must_use = "an attempt runs only when awaited"]
    pub struct Try<'t, F> {
        #[pin]
        attempt: InSpan<F>,
        span: Span,
        trace: &'t Trace,
    }
}

impl<F: Future> Future for Try<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let answer = this.attempt.poll(context);
        if answer.is_ready() && !this.span.is_none() {
            this.trace.answered(this.span);
        }
        answer
    }
}
