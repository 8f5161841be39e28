//! The spans of one call: when each of them begins, which of them fails, and with what the call's own ends.

use core::fmt::Display;
use core::future::Future;
use core::mem;
use core::ops::Deref;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pin_project_lite::pin_project;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::hedged::Hedging;
use super::planned::{GivenUp, Planned};
use super::site::Site;
use crate::error::{Failure, Report};
use crate::observe::{Entered, InSpan, Span};

/// Refuses `span` without the feature `tracing`, at compile time.
///
/// # Panics
/// Without the feature.
#[expect(clippy::assertions_on_constants, reason = "each build has one answer")]
pub const fn check_span() {
    assert!(
        cfg!(feature = "tracing"),
        "`span` needs the feature `tracing`, which is turned off; write `features = [\"tracing\"]` in the dependency"
    );
}

/// The spans of one call: its own, and as its children those of its attempts and waits.
///
/// An attempt and its copies have a span each. It is kept until the decision, which fills in the error of the try that
/// has answered.
#[derive(Debug)]
pub struct Trace {
    call: OnceLock<Span>,
    state: Mutex<State>,
}

/// What runs now.
#[derive(Debug)]
struct State {
    /// The number of attempts that have begun.
    attempts: u32,
    /// The number of copies beside the attempt that runs, or `None` if none runs.
    copies: Option<u32>,
    /// The span of the attempt itself, without its copies, as long as it may be the one that fails.
    attempt: Span,
    /// The span of the try that has answered.
    answered: Span,
    /// The delay of the next wait, and whether the peer asked for it.
    delay: (Duration, bool),
    /// The span of a wait that is not entered.
    wait: Span,
}

impl Trace {
    /// Begins the span of a call.
    #[must_use]
    pub fn start(site: &Site<'_>, operation: Option<&dyn Display>) -> Trace {
        let trace = Trace::new();
        trace.begin(site.operation, operation.unwrap_or(&site.operation));
        trace
    }

    /// Returns the spans of a call that is yet to begin.
    pub(crate) fn new() -> Trace {
        let (attempt, answered, wait) = (Span::none(), Span::none(), Span::none());
        let state =
            State { attempts: 0, copies: None, attempt, answered, delay: (Duration::ZERO, false), wait };
        Trace { call: OnceLock::new(), state: Mutex::new(state) }
    }

    /// Begins the span of a call with this label and this name, unless it has begun. Returns it.
    pub(crate) fn begin(&self, label: &'static str, operation: &dyn Display) -> &Span {
        self.call.get_or_init(|| Span::call(label, operation))
    }

    /// Puts this thread into the span of the call.
    #[must_use]
    pub fn enter(&self) -> Option<Entered> {
        self.call.get().map(Span::enter)
    }

    /// Returns the future of the whole call, which is polled and dropped in the span of the call.
    pub fn around<T, F: Future<Output = T>>(&self, call: F) -> InSpan<F> {
        self.call.get().unwrap_or(&Span::none()).around(call)
    }

    /// Begins the span of an attempt, and puts this thread into it.
    #[must_use = "the thread leaves the span when this is dropped"]
    pub fn enter_attempt(&self) -> Entered {
        self.next_try().0.enter()
    }

    /// Begins the span of an attempt.
    pub(crate) fn begin_attempt(&self) {
        self.next_try();
    }

    /// Puts this thread into the span of the attempt that runs.
    pub(crate) fn reenter_attempt(&self) -> Entered {
        self.state().attempt.enter()
    }

    /// Begins the span of an attempt, or of a copy beside it, and returns its future in that span.
    pub fn attempt<F: Future>(&self, attempt: F) -> Try<&Trace, F> {
        Try::new(self, attempt)
    }

    /// Fills in the failure of an attempt that is retried.
    pub fn failed(&self, planned: &Planned) {
        let Some(pending) = &planned.pending else { return };
        self.end_attempt(Some(&pending.error));
        self.state().delay = (planned.delay(), pending.is_hinted);
    }

    /// Fills in the failure of a try that answered while others run, unless it ends the attempt. Returns whether it does.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub fn is_final(&self, hedging: &Hedging<'_>, failure: &impl Failure) -> bool {
        let is_final = hedging.is_final(failure);
        if !is_final {
            self.try_failed(failure);
        }
        is_final
    }

    /// Begins the span of a wait, and puts this thread into it.
    #[must_use = "the thread leaves the span when this is dropped"]
    pub fn enter_wait(&self) -> Entered {
        self.wait_span().enter()
    }

    /// Begins the span of a wait, and returns its future in that span.
    pub fn wait<F: Future>(&self, wait: F) -> InSpan<F> {
        self.wait_span().around(wait)
    }

    /// Begins the span of a wait, which ends when the next attempt begins or the call ends.
    pub(crate) fn begin_wait(&self) {
        let wait = self.wait_span();
        self.state().wait = wait;
    }

    /// Fills in the success of the call.
    pub fn succeeded(&self) {
        let attempts = self.end_attempt(None);
        if let Some(call) = self.call.get() {
            call.succeeded(attempts);
        }
    }

    /// Fills in the end of the call without success, and the failure of its last attempt unless a wait followed it.
    pub fn gave_up(&self, given_up: &GivenUp) {
        let error = given_up.pending.as_ref().map_or("", |pending| &*pending.error);
        let attempts = self.end_attempt(Some(error));
        if let Some(call) = self.call.get() {
            call.gave_up(attempts, given_up.reason, error);
        }
    }

    /// Begins the span of the next try: an attempt, or a copy of the attempt that runs. Returns whether it is a copy.
    fn next_try(&self) -> (Span, bool) {
        let mut state = self.state();
        let copy = state.copies.map(|copies| copies.saturating_add(1));
        state.copies = Some(copy.unwrap_or(0));
        if copy.is_some() {
            return (Span::attempt(state.attempts, copy), true);
        }
        state.wait = Span::none();
        state.attempts = state.attempts.saturating_add(1);
        state.attempt = Span::attempt(state.attempts, None);
        (state.attempt.clone(), false)
    }

    /// Fills in the failure of the try that has just answered. The other tries of its attempt run on.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub(crate) fn try_failed(&self, failure: &dyn Failure) {
        let answered = mem::replace(&mut self.state().answered, Span::none());
        if !answered.is_none() {
            answered.attempt_failed(&Report::new(failure, failure).to_string());
        }
    }

    /// Ends the attempt that runs, if any, and the wait. Returns the number of attempts.
    fn end_attempt(&self, error: Option<&str>) -> u32 {
        let mut state = self.state();
        state.copies = None;
        state.wait = Span::none();
        let attempt = mem::replace(&mut state.attempt, Span::none());
        let answered = mem::replace(&mut state.answered, Span::none());
        let attempts = state.attempts;
        drop(state);
        if let Some(error) = error {
            let failed = if answered.is_none() { attempt } else { answered };
            failed.attempt_failed(error);
        }
        attempts
    }

    /// Keeps the span of a try that has answered.
    fn answered(&self, span: Span, is_copy: bool) {
        let mut state = self.state();
        if !is_copy {
            state.attempt = Span::none();
        }
        state.answered = span;
    }

    fn wait_span(&self) -> Span {
        let (delay, is_hinted) = self.state().delay;
        Span::wait(delay, is_hinted)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pin_project! {
    /// The future of an attempt, or of a copy beside it, in a span of its own.
    #[derive(Debug)]
    #[must_use = "an attempt runs only when awaited"]
    pub struct Try<R, F> {
        #[pin]
        attempt: InSpan<F>,
        span: Span,
        is_copy: bool,
        trace: R,
    }
}

impl<R: Deref<Target = Trace>, F> Try<R, F> {
    /// Begins the span of a try.
    pub(crate) fn new(trace: R, attempt: F) -> Try<R, F> {
        let (span, is_copy) = trace.next_try();
        Try { attempt: span.around(attempt), span, is_copy, trace }
    }
}

impl<R: Deref<Target = Trace>, F: Future> Future for Try<R, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let answer = this.attempt.poll(context);
        if answer.is_ready() && !this.span.is_none() {
            this.trace.answered(mem::replace(this.span, Span::none()), *this.is_copy);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::check_span;

    #[test]
    #[cfg_attr(not(feature = "tracing"), should_panic(expected = "`span` needs the feature `tracing`"))]
    fn spans_need_tracing() {
        check_span();
    }
}
