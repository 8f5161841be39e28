//! What a closure's call does with its spans, if a step has asked for them.

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::super::hedged::Hedging;
use super::super::planned::{GivenUp, Planned};
use super::super::traced::Trace;
use super::course::Course;
use super::rule::Rule;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::error::Failure;
use crate::observe::Entered;

impl<T, E, R: Rule<T, E>> Course<'_, T, E, R> {
    /// Puts this thread into the span of the call, which begins at the first time.
    #[inline]
    pub(super) fn enter_call(&self) -> Option<Entered> {
        let trace = self.rules().trace()?;
        let name = self.name();
        trace.get_or_init(|| Trace::named(name.label(), &name)).enter()
    }

    /// Returns the spans of the call, if it has any.
    #[inline]
    pub(super) fn trace(&self) -> Option<&Trace> {
        self.rules().trace()?.get()
    }

    /// Fills in the failure of an attempt that is retried.
    #[inline]
    pub(super) fn fill_failure(&self, planned: &Planned) {
        if let Some(trace) = self.trace() {
            trace.failed(planned);
        }
    }

    /// Begins the span of a wait.
    #[inline]
    pub(super) fn begin_wait(&self) {
        if let Some(trace) = self.trace() {
            trace.begin_wait();
        }
    }

    /// Returns whether the failure of a try ends its attempt although others run, and else fills it in.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub(super) fn is_final(&self, hedging: &Hedging<'_>, failure: &impl Failure) -> bool {
        match self.trace() {
            Some(trace) => trace.is_final(hedging, failure),
            None => hedging.is_final(failure),
        }
    }

    /// Fills in the success of the call.
    #[inline]
    pub(super) fn fill_success(&self) {
        if let Some(trace) = self.trace() {
            trace.succeeded();
        }
    }

    /// Fills in the end of the call without success.
    #[inline]
    pub(super) fn fill_end(&self, given_up: Option<&GivenUp>) {
        if let (Some(trace), Some(given_up)) = (self.trace(), given_up) {
            trace.gave_up(given_up);
        }
    }
}
