//! A failed attempt of a closure's call, by the rules of the call.

use core::any::type_name;
use core::fmt::{self, Display, Formatter};
use core::time::Duration;

use super::super::name::Name;
use super::rule::{Needs, ReadHint, Rule};
use crate::error::chain::is_refusal_type;
use crate::error::{Failure, OwnDelay, RejectedValue};

/// A failed attempt of a closure's call.
pub(super) struct ClosureFailure<'a, T, E, R> {
    pub(super) result: Result<&'a T, &'a E>,
    pub(super) rules: &'a R,
    pub(super) name: &'a Name,
    pub(super) is_retryable: bool,
    pub(super) timed_out: bool,
}

impl<T, E, R: Rule<T, E>> Failure for ClosureFailure<'_, T, E, R> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.result {
            Ok(_) => RejectedValue.describe(f),
            Err(error) => self.rules.describe(error, f).unwrap_or_else(|| f.write_str(type_name::<E>())),
        }
    }

    fn is_retryable(&self) -> bool {
        self.is_retryable
    }

    fn hint(&self) -> Option<Duration> {
        let error = match self.result {
            Ok(value) => return self.rules.hint_of_value(value),
            Err(error) => error,
        };
        let own = || if self.timed_out { None } else { self.rules.own_hint(error) };
        self.rules.hint(error).map_or_else(own, |ReadHint(hint)| hint)
    }

    fn is_refusal(&self) -> bool {
        self.result.is_err_and(|error| is_refusal_type::<E>() || self.rules.is_refusal(error))
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        (self.rules.needs().has(Needs::DELAY) && self.result.is_err()).then_some(self)
    }

    fn operation(&self) -> Option<&dyn Display> {
        Some(self.name)
    }
}

impl<T, E, R: Rule<T, E>> OwnDelay for ClosureFailure<'_, T, E, R> {
    fn after(&self, attempt: u32) -> Duration {
        self.result.err().and_then(|error| self.rules.delay(error, attempt)).unwrap_or_default()
    }
}

/// A failure of an attempt with several tries, and the longest wait that one of them asked for.
pub(super) struct Hinted<'f>(pub(super) &'f dyn Failure, pub(super) Duration);

impl Failure for Hinted<'_> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.describe(f)
    }

    fn is_retryable(&self) -> bool {
        self.0.is_retryable()
    }

    fn hint(&self) -> Option<Duration> {
        self.0.hint().max(Some(self.1))
    }

    fn is_refusal(&self) -> bool {
        self.0.is_refusal()
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        self.0.own_delay()
    }

    fn operation(&self) -> Option<&dyn Display> {
        self.0.operation()
    }
}
