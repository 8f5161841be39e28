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

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;
    use crate::error::AttemptTimeout;
    use crate::observe::LogLevel;

    /// Rules that answer each question about the error 7, each in another way than a rule without an answer.
    struct Answers;

    const SECOND: Duration = Duration::from_secs(1);

    impl Rule<(), u32> for Answers {
        fn needs(&self) -> Needs {
            Needs::HOOK
        }

        fn name(&self) -> Option<&'static str> {
            Some("shared")
        }

        fn unless(&self, error: &u32) -> bool {
            *error == 7
        }

        fn selection(&self, error: &u32) -> Option<Selection> {
            Some(Selection::by_pattern(*error == 7))
        }

        fn predicate(&self, error: &u32) -> Option<bool> {
            Some(*error == 7)
        }

        fn is_retryable(&self, error: &u32) -> Option<bool> {
            Some(*error == 7)
        }

        fn own_hint(&self, error: &u32) -> Option<Duration> {
            (*error == 7).then_some(SECOND)
        }

        fn hint(&self, error: &u32) -> Option<ReadHint> {
            Some(ReadHint((*error == 7).then_some(2 * SECOND)))
        }

        fn delay(&self, error: &u32, attempt: u32) -> Option<Duration> {
            (*error == 7).then_some(attempt * SECOND)
        }

        fn gave_up(&self, error: &u32) -> bool {
            *error == 7
        }

        fn is_refusal(&self, error: &u32) -> bool {
            *error == 7
        }

        fn describe(&self, error: &u32, f: &mut Formatter<'_>) -> Option<fmt::Result> {
            Some(write!(f, "status {error}"))
        }

        fn limit(&self) -> Option<Limit<u32>> {
            Some(Limit { time: SECOND, error: |_: AttemptTimeout| 7 })
        }

        fn restart_after(&self) -> Option<Duration> {
            Some(SECOND)
        }

        fn log(&self, log: LogRules) -> LogRules {
            log.level(LogLevel::Info)
        }
    }

    /// Shows an error by a rule.
    struct Described<'a>(&'a dyn Rule<u8, u32>, u32);

    impl fmt::Display for Described<'_> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            self.0.describe(&self.1, f).expect("the rule describes errors")
        }
    }

    #[test]
    fn shared_rules_answer_each_question_of_a_call() {
        let rules = RulesOf(&Answers);
        let asked: &dyn Rule<u8, u32> = &rules;
        assert_eq!((asked.needs(), asked.name()), (Needs::HOOK, Some("shared")));
        assert_eq!(asked.log(LogRules::USUAL), LogRules::USUAL.level(LogLevel::Info));
        assert_eq!(asked.limit().map(|limit| limit.time), Some(SECOND));
        assert_eq!(asked.restart_after(), Some(SECOND));
        for error in [7, 8] {
            let is_seven = error == 7;
            assert_eq!(asked.unless(&error), is_seven);
            assert_eq!(asked.selection(&error), Some(Selection::by_pattern(is_seven)));
            assert_eq!(asked.predicate(&error), Some(is_seven));
            assert_eq!(asked.is_retryable(&error), Some(is_seven));
            assert_eq!(asked.own_hint(&error), is_seven.then_some(SECOND));
            let hint = asked.hint(&error).map(|ReadHint(hint)| hint);
            assert_eq!(hint, Some(is_seven.then_some(2 * SECOND)));
            assert_eq!(asked.delay(&error, 3), is_seven.then_some(3 * SECOND));
            assert_eq!((asked.gave_up(&error), asked.is_refusal(&error)), (is_seven, is_seven));
            assert_eq!(format!("{}", Described(asked, error)), format!("status {error}"));
        }
    }
}
