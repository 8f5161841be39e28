//! The spans of one call: when each of them begins, which of them fails, and with what the call's own ends.

use core::borrow::Borrow;
use core::fmt::Display;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use pin_project_lite::pin_project;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::hedged::Hedging;
use super::planned::{GivenUp, Planned};
use super::site::Site;
use crate::error::{Failure, Report, Shown};
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

/// The spans of one call: its own, and as its children those of its attempts and waits. Where no subscriber wants that of
/// the call, there are none.
///
/// An attempt and its copies have a span each. It is kept until the decision, which fills in the error of the try that
/// has answered.
#[derive(Debug)]
pub struct Trace(Option<Box<Spans>>);

/// The spans of a call that begin when it does.
pub(crate) type LateTrace = OnceLock<Trace>;

/// The spans of a call that somebody listens to.
#[derive(Debug)]
struct Spans {
    call: Span,
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
    /// The spans of a call that nobody listens to.
    #[cfg(all(feature = "tracing", any(target_has_atomic = "64", feature = "portable-atomic")))]
    pub(crate) const NONE: Trace = Trace(None);

    /// Begins the span of a call.
    #[inline]
    #[must_use]
    pub fn start(site: &Site<'_>, operation: Option<&dyn Display>) -> Trace {
        let is_wanted = Span::may_be_wanted();
        Trace(if is_wanted { Spans::of_site(site, operation) } else { None })
    }

    /// Begins the span of a call with this label and this name.
    pub(crate) fn named(label: &'static str, operation: &dyn Display) -> Trace {
        Trace(Spans::begin(label, operation))
    }

    #[inline]
    fn spans(&self) -> Option<&Spans> {
        self.0.as_deref()
    }

    /// Puts this thread into the span of the call.
    #[inline]
    #[must_use]
    pub fn enter(&self) -> Option<Entered> {
        self.spans().map(|spans| spans.call.enter())
    }

    /// Returns the future of the whole call, which is polled and dropped in the span of the call.
    #[inline]
    pub fn around<T, F: Future<Output = T>>(&self, call: F) -> InSpan<F> {
        self.spans().map_or(Span::none(), |spans| spans.call.clone()).around(call)
    }

    /// Begins the span of an attempt, and puts this thread into it.
    #[inline]
    #[must_use]
    pub fn enter_attempt(&self) -> Option<Entered> {
        self.spans().map(|spans| spans.next_try().0.enter())
    }

    /// Begins the span of an attempt.
    pub(crate) fn begin_attempt(&self) {
        self.spans().map(Spans::next_try);
    }

    /// Puts this thread into the span of the attempt that runs.
    pub(crate) fn reenter_attempt(&self) -> Option<Entered> {
        self.spans().map(|spans| spans.state().attempt.enter())
    }

    /// Begins the span of an attempt, or of a copy beside it, and returns its future in that span.
    #[inline]
    pub fn attempt<F: Future>(&self, attempt: F) -> Try<&Trace, F> {
        Try::new(self, attempt)
    }

    /// Fills in the failure of an attempt that is retried.
    pub fn failed(&self, planned: &Planned) {
        if let (Some(spans), Some(pending)) = (self.spans(), &planned.pending) {
            spans.end_attempt(Some(&pending.error));
            spans.state().delay = (planned.delay(), pending.is_hinted);
        }
    }

    /// Fills in the failure of a try that answered while others run, unless it ends the attempt. Returns whether it does.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub fn is_final(&self, hedging: &Hedging<'_>, failure: &impl Failure) -> bool {
        let is_final = hedging.is_final(failure);
        if let Some(spans) = self.spans().filter(|_| !is_final) {
            spans.try_failed(failure);
        }
        is_final
    }

    /// Begins the span of a wait, and puts this thread into it.
    #[must_use]
    pub fn enter_wait(&self) -> Option<Entered> {
        self.spans().map(|spans| spans.wait().enter())
    }

    /// Begins the span of a wait, and returns its future in that span.
    pub fn wait<F: Future>(&self, wait: F) -> InSpan<F> {
        self.spans().map_or(Span::none(), Spans::wait).around(wait)
    }

    /// Begins the span of a wait, which ends when the next attempt begins or the call ends.
    pub(crate) fn begin_wait(&self) {
        if let Some(spans) = self.spans() {
            let wait = spans.wait();
            spans.state().wait = wait;
        }
    }

    /// Fills in the success of the call.
    #[inline]
    pub fn succeeded(&self) {
        if let Some(spans) = self.spans() {
            let attempts = spans.end_attempt(None);
            spans.call.succeeded(attempts);
        }
    }

    /// Fills in the end of the call without success, and the failure of its last attempt unless a wait followed it.
    pub fn gave_up(&self, given_up: &GivenUp) {
        if let Some(spans) = self.spans() {
            let error = given_up.pending.as_ref().map_or("", |pending| &*pending.error);
            let attempts = spans.end_attempt(Some(error));
            spans.call.gave_up(attempts, given_up.reason, error);
        }
    }
}

impl Spans {
    #[cold]
    #[inline(never)]
    fn of_site(site: &Site<'_>, operation: Option<&dyn Display>) -> Option<Box<Spans>> {
        Spans::begin(site.operation, operation.unwrap_or(&site.operation))
    }

    /// Begins the span of a call, and returns its spans if somebody wants that of the call.
    fn begin(label: &'static str, operation: &dyn Display) -> Option<Box<Spans>> {
        let call = Span::call(label, &Shown(operation));
        if call.is_none() {
            return None;
        }
        let (attempt, answered, wait) = (Span::none(), Span::none(), Span::none());
        let state =
            State { attempts: 0, copies: None, attempt, answered, delay: (Duration::ZERO, false), wait };
        Some(Box::new(Spans { call, state: Mutex::new(state) }))
    }

    /// Begins the span of the next try: an attempt, or a copy of the attempt that runs. Returns whether it is a copy.
    #[cold]
    #[inline(never)]
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
    fn try_failed(&self, failure: &dyn Failure) {
        let answered = mem::replace(&mut self.state().answered, Span::none());
        if !answered.is_none() {
            answered.attempt_failed(&Report::new(failure, failure).to_string());
        }
    }

    /// Ends the attempt that runs, if any, and the wait. Returns the number of attempts.
    #[cold]
    #[inline(never)]
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
    #[cold]
    #[inline(never)]
    fn answered(&self, span: Span, is_copy: bool) {
        let mut state = self.state();
        if !is_copy {
            state.attempt = Span::none();
        }
        state.answered = span;
    }

    /// Begins the span of a wait.
    fn wait(&self) -> Span {
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
        is_copy: bool,
        trace: R,
    }
}

impl<R: Borrow<Trace>, F> Try<R, F> {
    /// Begins the span of a try.
    #[inline]
    pub(crate) fn new(trace: R, attempt: F) -> Try<R, F> {
        let (span, is_copy) = trace.borrow().spans().map_or((Span::none(), false), Spans::next_try);
        Try { attempt: span.around(attempt), is_copy, trace }
    }
}

impl<R: Borrow<Trace>, F: Future> Future for Try<R, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let answer = this.attempt.as_mut().poll(context);
        let trace: &Trace = (*this.trace).borrow();
        if let Some(spans) = trace.spans().filter(|_| answer.is_ready()) {
            spans.answered(Span::of(&*this.attempt), *this.is_copy);
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
