//! The spans of a call without the feature `tracing`: none. An attribute with `span` is refused at compile time, so that no
//! program runs this.

use core::fmt::Display;
use core::time::Duration;

use crate::decision::GiveUpReason;

/// No span.
#[derive(Clone, Debug)]
pub(crate) struct Span;

/// A future that is in no span.
pub(crate) type InSpan<F> = F;

/// No span that this thread is in.
#[derive(Debug)]
pub struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {}
}

#[expect(clippy::unused_self, reason = "with the feature these are methods of a span")]
impl Span {
    pub(crate) const fn none() -> Span {
        Span
    }

    pub(crate) fn may_be_wanted() -> bool {
        false
    }

    pub(crate) fn of<F>(_future: &InSpan<F>) -> Span {
        Span
    }

    pub(crate) fn call(_label: &'static str, _operation: &dyn Display) -> Span {
        Span
    }

    pub(crate) fn attempt(_attempt: u32, _copy: Option<u32>) -> Span {
        Span
    }

    pub(crate) fn wait(_delay: Duration, _hinted: bool) -> Span {
        Span
    }

    pub(crate) fn attempt_failed(&self, _error: &str) {}

    pub(crate) fn succeeded(&self, _attempts: u32) {}

    pub(crate) fn gave_up(&self, _attempts: u32, _reason: GiveUpReason, _error: &str) {}

    pub(crate) fn is_none(&self) -> bool {
        true
    }

    pub(crate) fn enter(&self) -> Entered {
        Entered
    }

    pub(crate) fn around<F>(self, future: F) -> InSpan<F> {
        future
    }
}
