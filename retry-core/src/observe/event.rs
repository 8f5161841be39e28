//! The events that observers receive.

use core::convert::identity;
use core::fmt::{self, Debug, Display};
use core::time::Duration;

use super::log_rules::LogLevel;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::breaker::CircuitState;
use crate::decision::GiveUpReason;

/// The facts that the events of a call share. An observer receives them with its events; `new` is for its tests.
///
/// ```
/// use std::time::Duration;
/// use retry_core::observe::{AnyRetryEvent, Facts, Observer, Stats};
///
/// let stats = Stats::new();
/// let facts = Facts::new(&"fetch 7", "fetch {id}").attempt(2).max_attempts(3);
/// stats.retry_scheduled(&AnyRetryEvent::new(&facts, Duration::from_secs(1), &"down"));
/// assert_eq!(stats.snapshot().operations[0].operation, "fetch {id}");
/// ```
pub struct Facts<'a> {
    /// The operation's name with its placeholders filled in.
    pub(crate) operation: &'a dyn Display,
    /// The operation's name with its placeholders open.
    pub(crate) label: &'static str,
    /// The number of the attempt that has just ended.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) elapsed: Duration,
    /// Whether the event of the attempt's failure was emitted before, and the call has ended in its wait.
    pub(crate) is_after_wait: bool,
    /// The level at which the event is logged.
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "there is no log"))]
    pub(crate) level: LogLevel,
}

impl<'a> Facts<'a> {
    /// Creates the facts of a first attempt that has just ended, without a limit on attempts. `operation` is the name with its
    /// placeholders filled in, `label` the name with its placeholders open.
    #[must_use]
    pub const fn new(operation: &'a dyn Display, label: &'static str) -> Facts<'a> {
        Facts {
            operation,
            label,
            attempt: 1,
            max_attempts: None,
            elapsed: Duration::ZERO,
            is_after_wait: false,
            level: LogLevel::Warn,
        }
    }

    /// Sets the number of the attempt.
    #[must_use]
    pub const fn attempt(mut self, attempt: u32) -> Facts<'a> {
        self.attempt = attempt;
        self
    }

    /// Sets the limit on attempts.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Facts<'a> {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sets the time since the start of attempt 1.
    #[must_use]
    pub const fn elapsed(mut self, elapsed: Duration) -> Facts<'a> {
        self.elapsed = elapsed;
        self
    }
}

impl Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("operation", &Text(self.operation))
            .field("label", &self.label)
            .field("attempt", &self.attempt)
            .field("max_attempts", &self.max_attempts)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// A text whose `Debug` output equals its `Display` output.
struct Text<'a>(&'a dyn Display);

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Defines an event with the common facts and its own fields. Each field is wrapped in the type or function
/// beside it for `Debug`.
macro_rules! event {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty, $shown:path;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            pub(super) facts: &'a Facts<'a>,
            $(pub(super) $own: $type,)*
        }

        impl<'a> $name<'a> {
            /// Creates an event, for tests of an observer.
            #[must_use]
            pub const fn new(facts: &'a Facts<'a>, $($own: $type,)*) -> $name<'a> {
                $name { facts, $($own,)* }
            }

            /// Returns the operation's name with its placeholders filled in, for log messages.
            #[must_use]
            pub fn operation(&self) -> &'a dyn Display {
                self.facts.operation
            }

            /// Returns the operation's name as written in the source, with its placeholders open. The label
            /// is the same for all calls of a function, so use it to label metrics. The label of a closure
            /// without a name is its source file.
            #[must_use]
            pub fn label(&self) -> &'static str {
                self.facts.label
            }

            /// Returns the number of the attempt that has just ended, from 1. In an [`AnyGiveUpEvent`] it is 0
            /// if a circuit breaker refused the call before its first attempt.
            #[must_use]
            pub fn attempt(&self) -> u32 {
                self.facts.attempt
            }

            /// Returns the maximum number of attempts, or `None` if the number is not limited.
            #[must_use]
            pub fn max_attempts(&self) -> Option<u32> {
                self.facts.max_attempts
            }

            /// Returns the time since the start of attempt 1, or since its end if the call reads no clock at
            /// its start.
            #[must_use]
            pub fn elapsed(&self) -> Duration {
                self.facts.elapsed
            }

            $($(#[$own_doc])*
            #[must_use]
            pub fn $own(&self) -> $type {
                self.$own
            })*
        }

        impl Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("operation", &Text(self.facts.operation))
                    .field("label", &self.facts.label)
                    .field("attempt", &self.facts.attempt)
                    .field("max_attempts", &self.facts.max_attempts)
                    .field("elapsed", &self.facts.elapsed)
                    $(.field(stringify!($own), &$shown(self.$own)))*
                    .finish()
            }
        }
    };
}

event! {
    /// An attempt failed and a retry is scheduled. The event is emitted before the wait.
    ///
    /// It is the [`RetryEvent`](crate::RetryEvent) of a hook with the error as text, whatever the error's type.
    AnyRetryEvent {
        /// Returns the delay before the next attempt.
        delay: Duration, identity;
        /// Returns the error as text: its `Display`, or else its `Debug`, or else the name of its type. The
        /// text is written when it is formatted or, in a function with hooks, before the hooks are called.
        error: &'a dyn Display, Text;
    }
}

event! {
    /// An attempt succeeded after a failed attempt.
    RecoveryEvent {}
}

event! {
    /// A call ended without success.
    ///
    /// It is the [`GiveUpEvent`](crate::GiveUpEvent) of a hook with the error as text, whatever the error's type.
    AnyGiveUpEvent {
        /// Returns the reason why the call gave up.
        reason: GiveUpReason, identity;
        /// Returns the last error as text, like [`AnyRetryEvent::error`].
        error: &'a dyn Display, Text;
    }
}

/// Defines an event that is no outcome of an attempt, from its fields. Each field is wrapped in the type or function
/// beside it for `Debug`.
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
macro_rules! plain_event {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty, $shown:path;)* }
        $($(#[$hidden_doc:meta])* hidden $hidden:ident: $hidden_type:ty = $default:expr;)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            $(pub(crate) $own: $type,)*
            $($(#[$hidden_doc])* pub(crate) $hidden: $hidden_type,)*
        }

        impl<'a> $name<'a> {
            /// Creates an event, for tests of an observer.
            #[must_use]
            pub const fn new($($own: $type,)*) -> $name<'a> {
                $name { $($own,)* $($hidden: $default,)* }
            }

            $($(#[$own_doc])*
            #[must_use]
            pub fn $own(&self) -> $type {
                self.$own
            })*
        }

        impl Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($own), &$shown(self.$own)))*
                    .finish()
            }
        }
    };
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
plain_event! {
    /// A copy of an attempt started beside it, or the result of such a copy was taken.
    HedgeEvent {
        /// Returns the operation's name, for log messages. Its placeholders are open like those of the label: a name is
        /// filled in only after a failure.
        operation: &'a dyn Display, Text;
        /// Returns the operation's name with its placeholders open, like [`AnyRetryEvent::label`].
        label: &'static str, identity;
        /// Returns the number of the attempt, from 1. Its copies have the same number.
        attempt: u32, identity;
        /// Returns the number of the copy, from 1 for the first copy beside the first try.
        copy: u32, identity;
        /// Returns the time since the attempt started.
        delay: Duration, identity;
    }
    /// The level at which the event is logged.
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "there is no log"))]
    hidden level: LogLevel = LogLevel::Debug;
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
plain_event! {
    /// A circuit breaker changed its state.
    CircuitEvent {
        /// Returns the name of the breaker, or `unnamed` if it has no name.
        breaker: &'a str, identity;
        /// Returns the state before the change.
        from: CircuitState, identity;
        /// Returns the state after the change.
        to: CircuitState, identity;
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
plain_event! {
    /// A circuit breaker refused a call or a retry.
    CircuitRefusalEvent {
        /// Returns the name of the breaker, or `unnamed` if it has no name.
        breaker: &'a str, identity;
        /// Returns the state of the breaker: open, half-open with all its trials running, or held open. If another
        /// thread changes the state at this moment, it may be the next state.
        state: CircuitState, identity;
        /// Returns how much longer calls are refused, or [`Duration::MAX`] if there is no end. It is zero if a call
        /// inside a trial failed, which is never retried.
        retry_in: Duration, identity;
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
plain_event! {
    /// A retry budget paid for a retry or refused it.
    BudgetEvent {
        /// Returns the name of the budget, or `unnamed` if it has no name.
        budget: &'a str, identity;
        /// Returns the number of whole tokens that are left.
        balance: u64, identity;
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
plain_event! {
    /// A throttle refused a call or a retry.
    ThrottleEvent {
        /// Returns the name of the throttle, or `unnamed` if it has no name.
        throttle: &'a str, identity;
        /// Returns the probability with which it refused, from 0 to 1.
        probability: f64, identity;
    }
}

#[cfg(feature = "fleet")]
plain_event! {
    /// A process lost the store of its fleet, or found it again.
    FleetEvent {
        /// Returns the name of the fleet.
        fleet: &'a str, identity;
        /// Returns the kind of the store, such as `redis`.
        store: &'a str, identity;
        /// Returns why the store is away, or `None` if it was found again.
        error: Option<&'a str>, identity;
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;

    #[test]
    fn the_debug_text_of_an_event_has_names_and_errors_as_they_are_displayed() {
        let facts = Facts {
            operation: &"get \"a\"",
            label: "get {page}",
            attempt: 2,
            max_attempts: Some(3),
            elapsed: Duration::from_secs(1),
            is_after_wait: false,
            level: LogLevel::Warn,
        };
        let common =
            "operation: get \"a\", label: \"get {page}\", attempt: 2, max_attempts: Some(3), elapsed: 1s";
        let retry = AnyRetryEvent { facts: &facts, delay: Duration::from_millis(5), error: &"no \"a\"" };
        assert_eq!(
            format!("{retry:?}"),
            format!("AnyRetryEvent {{ {common}, delay: 5ms, error: no \"a\" }}")
        );
        let give_up = AnyGiveUpEvent { facts: &facts, reason: GiveUpReason::Deadline, error: &"late" };
        assert_eq!(
            format!("{give_up:?}"),
            format!("AnyGiveUpEvent {{ {common}, reason: Deadline, error: late }}")
        );
        let recovery = RecoveryEvent { facts: &facts };
        assert_eq!(format!("{recovery:?}"), format!("RecoveryEvent {{ {common} }}"));
    }
}
