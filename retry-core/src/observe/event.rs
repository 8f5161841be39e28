//! What listeners are told.

use core::convert::identity;
use core::fmt::{self, Debug, Display};
use core::time::Duration;

#[cfg(target_has_atomic = "64")]
use crate::breaker::CircuitState;
use crate::decision::GiveUpReason;

/// What every event tells.
pub(crate) struct Facts<'a> {
    /// The operation's name, its places filled in.
    pub(crate) operation: &'a dyn Display,
    /// The same with its places open.
    pub(crate) label: &'static str,
    /// The attempt that has just ended.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) elapsed: Duration,
}

/// Text that `Debug` shows as it is.
struct Text<'a>(&'a dyn Display);

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An event: the facts that all have, and its own, each with what makes it fit for `Debug`.
macro_rules! event {
    ($(#[$doc:meta])* $name:ident { $($(#[$own_doc:meta])* $own:ident: $type:ty, $shown:path;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            pub(super) facts: &'a Facts<'a>,
            $(pub(super) $own: $type,)*
        }

        impl<'a> $name<'a> {
            /// The operation's name, its places filled in: what a reader of a log should see.
            #[must_use]
            pub fn operation(&self) -> &'a dyn Display {
                self.facts.operation
            }

            /// The operation's name as it stands in the source, its places open: one for all calls of a function, so
            /// what metrics should be labelled with. A closure without a name is labelled with its file.
            #[must_use]
            pub fn label(&self) -> &'static str {
                self.facts.label
            }

            /// The number of the attempt that has just ended, from 1.
            #[must_use]
            pub fn attempt(&self) -> u32 {
                self.facts.attempt
            }

            /// How many attempts there may be, or `None` if they are not limited.
            #[must_use]
            pub fn max_attempts(&self) -> Option<u32> {
                self.facts.max_attempts
            }

            /// The time since the start of attempt 1; since its end, where the call reads no clock at its start.
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
    /// An attempt failed and another will follow, after a wait that has not begun.
    RetryScheduled {
        /// The wait before the next attempt.
        delay: Duration, identity;
        /// The error as text: by its `Display`, else its `Debug`, else the name of its type. It is written when it is
        /// asked for; in a function with hooks, before they are told.
        error: &'a dyn Display, Text;
    }
}

event! {
    /// An attempt succeeded after one that failed.
    Recovered {}
}

event! {
    /// A call ended without success.
    GaveUp {
        /// Why.
        reason: GiveUpReason, identity;
        /// The last error as text, as in [`RetryScheduled::error`].
        error: &'a dyn Display, Text;
    }
}

/// A circuit breaker changed its state.
#[cfg(target_has_atomic = "64")]
#[derive(Clone, Copy, Debug)]
pub struct CircuitChanged<'a> {
    pub(crate) breaker: &'a str,
    pub(crate) from: CircuitState,
    pub(crate) to: CircuitState,
}

#[cfg(target_has_atomic = "64")]
impl<'a> CircuitChanged<'a> {
    /// The breaker's name; `unnamed` if it has none.
    #[must_use]
    pub fn breaker(&self) -> &'a str {
        self.breaker
    }

    /// The state that it left.
    #[must_use]
    pub fn from(&self) -> CircuitState {
        self.from
    }

    /// The state that it is in now.
    #[must_use]
    pub fn to(&self) -> CircuitState {
        self.to
    }
}
