//! The events that hooks receive.

use core::time::Duration;

use super::planned::{GivenUp, Planned, Recovered};
use crate::decision::GiveUpReason;

/// An attempt failed and a retry is scheduled. `on_retry` receives this event before the wait.
#[derive(Clone, Copy, Debug)]
pub struct RetryEvent<'a, E, T = ()> {
    planned: &'a Planned,
    error: Option<&'a E>,
    value: Option<&'a T>,
}

impl<'a, E, T> RetryEvent<'a, E, T> {
    /// Returns the event without the value, for a hook that does not name its type.
    pub(super) fn without_value(&self) -> RetryEvent<'a, E> {
        RetryEvent { planned: self.planned, error: self.error, value: None }
    }

    /// Returns the operation's name with its placeholders filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.planned.operation()
    }

    /// Returns the number of the attempt that failed, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.planned.attempt
    }

    /// Returns the maximum number of attempts, or `None` if the number is not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.planned.max_attempts()
    }

    /// Returns the error of the attempt, or `None` if the attempt returned a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Returns the value of the attempt, if `retry_ok` refused it. `T` is the type of a success in a function with
    /// `retry_ok` and in the closure form, and `()` in any other function.
    #[must_use]
    pub fn value(&self) -> Option<&'a T> {
        self.value
    }

    /// Returns the delay before the next attempt.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.planned.delay()
    }

    /// Returns the time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.planned.elapsed()
    }
}

/// A call gives up. `on_give_up` receives this event.
#[derive(Clone, Copy, Debug)]
pub struct GiveUpEvent<'a, E, T = ()> {
    given_up: &'a GivenUp,
    error: Option<&'a E>,
    value: Option<&'a T>,
}

impl<'a, E, T> GiveUpEvent<'a, E, T> {
    /// Returns the event without the value, for a hook that does not name its type.
    pub(super) fn without_value(&self) -> GiveUpEvent<'a, E> {
        GiveUpEvent { given_up: self.given_up, error: self.error, value: None }
    }

    /// Returns the operation's name with its placeholders filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.given_up.operation()
    }

    /// Returns the number of the last attempt, which is the number of attempts made.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.given_up.attempts
    }

    /// Returns the maximum number of attempts, or `None` if the number is not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.given_up.max_attempts()
    }

    /// Returns the last error, or `None` if the last attempt returned a value that `retry_ok` refused.
    #[must_use]
    pub fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Returns the value of the attempt, if `retry_ok` refused it. `T` is the type of a success in a function with
    /// `retry_ok` and in the closure form, and `()` in any other function.
    #[must_use]
    pub fn value(&self) -> Option<&'a T> {
        self.value
    }

    /// Returns the reason why the call gives up.
    #[must_use]
    pub fn reason(&self) -> GiveUpReason {
        self.given_up.reason
    }

    /// Returns the time since the start of attempt 1.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.given_up.elapsed
    }
}

/// A call has succeeded after a failed attempt. `on_success` receives this event.
#[derive(Clone, Copy, Debug)]
pub struct SuccessEvent<'a> {
    recovered: &'a Recovered,
}

impl<'a> SuccessEvent<'a> {
    /// Returns the operation's name with its placeholders filled in.
    #[must_use]
    pub fn operation(&self) -> &'a str {
        self.recovered.operation()
    }

    /// Returns the number of the attempt that succeeded, which is the number of attempts made; at least 2.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.recovered.attempt()
    }

    /// Returns the maximum number of attempts, or `None` if the number is not limited.
    #[must_use]
    pub fn max_attempts(&self) -> Option<u32> {
        self.recovered.max_attempts()
    }

    /// Returns the time since the start of attempt 1, or since its end if the call reads no clock at its start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.recovered.elapsed()
    }
}

/// The refused value in the event of a hook.
pub trait RefusedValue<V>: Copy {
    /// The type of the value.
    type Value;

    /// Returns the value of an attempt that ended with `value`.
    fn of(value: &V) -> Option<&Self::Value>;
}

/// No value: the function has no `retry_ok`, so its hooks need not name the type of a success.
#[derive(Clone, Copy, Debug)]
pub struct NoValue;

impl<V> RefusedValue<V> for NoValue {
    type Value = ();

    fn of(_: &V) -> Option<&()> {
        None
    }
}

/// The value that `retry_ok` refused.
#[derive(Clone, Copy, Debug)]
pub struct AnyValue;

impl<V> RefusedValue<V> for AnyValue {
    type Value = V;

    fn of(value: &V) -> Option<&V> {
        Some(value)
    }
}

/// The value that `retry_ok` refused, in a function that may have made no attempt.
#[derive(Clone, Copy, Debug)]
pub struct OptionalValue;

impl<V> RefusedValue<Option<V>> for OptionalValue {
    type Value = V;

    fn of(value: &Option<V>) -> Option<&V> {
        value.as_ref()
    }
}

/// A step of a call for which a hook is called.
pub trait Step: Clone {
    /// The event that the hook receives.
    type Event<'a, E: 'a, T: 'a>
    where
        Self: 'a;

    /// Returns the event of this step after an attempt with `result`, of which the hook sees `R`.
    fn event<'a, V, E, R: RefusedValue<V>>(
        &'a self,
        _: R,
        result: &'a Result<V, E>,
    ) -> Self::Event<'a, E, R::Value>;
}

impl Step for Planned {
    type Event<'a, E: 'a, T: 'a> = RetryEvent<'a, E, T>;

    fn event<'a, V, E, R: RefusedValue<V>>(
        &'a self,
        _: R,
        result: &'a Result<V, E>,
    ) -> RetryEvent<'a, E, R::Value> {
        RetryEvent {
            planned: self,
            error: result.as_ref().err(),
            value: result.as_ref().ok().and_then(R::of),
        }
    }
}

impl Step for GivenUp {
    type Event<'a, E: 'a, T: 'a> = GiveUpEvent<'a, E, T>;

    fn event<'a, V, E, R: RefusedValue<V>>(
        &'a self,
        _: R,
        result: &'a Result<V, E>,
    ) -> GiveUpEvent<'a, E, R::Value> {
        GiveUpEvent {
            given_up: self,
            error: result.as_ref().err(),
            value: result.as_ref().ok().and_then(R::of),
        }
    }
}

impl Step for Recovered {
    type Event<'a, E: 'a, T: 'a> = SuccessEvent<'a>;

    fn event<'a, V, E, R: RefusedValue<V>>(&'a self, _: R, _: &'a Result<V, E>) -> SuccessEvent<'a> {
        SuccessEvent { recovered: self }
    }
}
