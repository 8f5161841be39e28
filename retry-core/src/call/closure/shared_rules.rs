//! Rules that many calls share, as one rule of a call.

use core::fmt::{self, Debug, Formatter};
use core::time::Duration;

use super::super::event::{GiveUpEvent, RetryEvent, SuccessEvent};
use super::rule::{Limit, Needs, ReadHint, Rule};
use crate::decision::Selection;
use crate::observe::LogRules;

/// Rules that many calls share. They are about errors, so they apply to a call with values of any type.
pub struct RulesOf<'r, E>(pub(super) &'r (dyn Rule<(), E> + Send + Sync));

impl<T, E> Rule<T, E> for RulesOf<'_, E> {
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn name(&self) -> Option<&'static str> {
        self.0.name()
    }

    fn unless(&self, error: &E) -> bool {
        self.0.unless(error)
    }

    fn selection(&self, error: &E) -> Option<Selection> {
        self.0.selection(error)
    }

    fn predicate(&self, error: &E) -> Option<bool> {
        self.0.predicate(error)
    }

    fn is_retryable(&self, error: &E) -> Option<bool> {
        self.0.is_retryable(error)
    }

    fn own_hint(&self, error: &E) -> Option<Duration> {
        self.0.own_hint(error)
    }

    fn hint(&self, error: &E) -> Option<ReadHint> {
        self.0.hint(error)
    }

    fn delay(&self, error: &E, attempt: u32) -> Option<Duration> {
        self.0.delay(error, attempt)
    }

    fn gave_up(&self, error: &E) -> bool {
        self.0.gave_up(error)
    }

    fn is_refusal(&self, error: &E) -> bool {
        self.0.is_refusal(error)
    }

    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> Option<fmt::Result> {
        self.0.describe(error, f)
    }

    fn limit(&self) -> Option<Limit<E>> {
        self.0.limit()
    }

    fn restart_after(&self) -> Option<Duration> {
        self.0.restart_after()
    }

    fn log(&self, log: LogRules) -> LogRules {
        self.0.log(log)
    }

    fn on_retry(&self, event: &RetryEvent<'_, E, T>) {
        self.0.on_retry(&event.without_value());
    }

    fn on_give_up(&self, event: &GiveUpEvent<'_, E, T>) {
        self.0.on_give_up(&event.without_value());
    }

    fn on_success(&self, event: &SuccessEvent<'_>) {
        self.0.on_success(event);
    }
}

impl<E> Clone for RulesOf<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for RulesOf<'_, E> {}

impl<E> Debug for RulesOf<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("RulesOf")
    }
}
