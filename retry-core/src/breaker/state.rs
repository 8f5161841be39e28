//! The states of a circuit, and the one word that holds all of it.

use core::fmt;

/// What a circuit breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// Lets every call through and watches how it ends.
    Closed,
    /// Refuses calls, for a time.
    Open,
    /// Lets a few calls through, on trial.
    HalfOpen,
    /// Refuses calls until told otherwise.
    ForcedOpen,
    /// Lets every call through and does not care how it ends.
    Disabled,
}

impl CircuitState {
    /// The state in one word, as its variant is spelt.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::Open => "Open",
            Self::HalfOpen => "HalfOpen",
            Self::ForcedOpen => "ForcedOpen",
            Self::Disabled => "Disabled",
        }
    }

    const fn from_bits(bits: u64) -> CircuitState {
        match bits {
            0 => Self::Closed,
            1 => Self::Open,
            2 => Self::HalfOpen,
            3 => Self::ForcedOpen,
            _ => Self::Disabled,
        }
    }
}

impl fmt::Display for CircuitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A circuit at one moment. It fits a word, so that each step is one compare-and-swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CircuitWord {
    pub(crate) state: CircuitState,
    /// One more with each change of state, modulo [`GENERATIONS`].
    pub(crate) generation: u32,
    /// Closed: failures in a row. Half-open: trials that run or have succeeded.
    pub(crate) count: u16,
    /// Half-open: trials that have succeeded.
    pub(crate) succeeded: u16,
}

/// Where the number of a generation starts anew.
pub(crate) const GENERATIONS: u32 = 1 << 29;

impl CircuitWord {
    pub(crate) const FIRST: CircuitWord =
        CircuitWord { state: CircuitState::Closed, generation: 0, count: 0, succeeded: 0 };

    /// The start of the generation after this one.
    pub(crate) const fn next(self, state: CircuitState, count: u16) -> CircuitWord {
        CircuitWord { state, generation: (self.generation + 1) % GENERATIONS, count, succeeded: 0 }
    }

    pub(crate) const fn to_word(self) -> u64 {
        (self.generation as u64) << 35
            | (self.succeeded as u64) << 19
            | (self.count as u64) << 3
            | self.state as u64
    }

    pub(crate) const fn from_word(word: u64) -> CircuitWord {
        CircuitWord {
            state: CircuitState::from_bits(word & 7),
            generation: (word >> 35) as u32,
            count: (word >> 3) as u16,
            succeeded: (word >> 19) as u16,
        }
    }
}

/// A change of state. Changes are numbered by the generation that each begins, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) generation: u32,
    pub(crate) from: CircuitState,
    pub(crate) to: CircuitState,
}
