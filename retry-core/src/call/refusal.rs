//! The refusal of a call before its first attempt.

use core::fmt::{self, Display, Formatter};

use crate::decision::{GiveUpReason, Outcome};
use crate::error::{CircuitOpen, FromCircuitOpen, FromThrottled, Throttled};

/// The refusal of a call by what it shares with other calls.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The breaker is open.
    Open(CircuitOpen),
    /// The throttle refused the call.
    Throttled(Throttled),
}

impl Refusal {
    /// Returns the reason why the call ends.
    pub(crate) fn reason(&self) -> GiveUpReason {
        match self {
            Refusal::Open(_) => GiveUpReason::CircuitOpen,
            Refusal::Throttled(_) => GiveUpReason::Throttled,
        }
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Open(open) => open.fmt(f),
            Refusal::Throttled(throttled) => throttled.fmt(f),
        }
    }
}

/// Returns the result of a function whose breaker refused the call before the first attempt.
#[must_use]
pub fn refused<O: Outcome<Error: FromCircuitOpen>>(open: CircuitOpen) -> O {
    O::from_result(Err(FromCircuitOpen::from_circuit_open(open)))
}

/// Returns the result of a function whose throttle refused the call before the first attempt.
#[must_use]
pub fn throttled<O: Outcome<Error: FromThrottled>>(throttled: Throttled) -> O {
    O::from_result(Err(FromThrottled::from_throttled(throttled)))
}
