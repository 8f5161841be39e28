//! The states of a circuit, and the word that holds all of a circuit's state.

use core::fmt;

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// The breaker lets every call through and counts the outcomes.
    Closed,
    /// The breaker refuses calls for a limited time.
    Open,
    /// The breaker lets a few calls through as trials.
    HalfOpen,
    /// The breaker refuses calls until it is reset or disabled.
    ForcedOpen,
    /// The breaker lets every call through and ignores the outcomes.
    Disabled,
}

impl CircuitState {
    /// Returns the name of the state, spelled like the variant.
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

/// The state of a circuit at one moment. It fits into one word, so that each step is a single
/// compare-and-swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CircuitWord {
    pub(crate) state: CircuitState,
    /// A number that grows by one with each change of state, modulo [`GENERATIONS`].
    pub(crate) generation: u32,
    /// In a closed circuit, the consecutive failures. In a half-open circuit, the trials that run or have
    /// succeeded.
    pub(crate) count: u16,
    /// In a half-open circuit, the trials that have succeeded.
    pub(crate) succeeded: u16,
}

/// The number of generations after which their numbers start again at 0.
pub(crate) const GENERATIONS: u32 = 1 << 29;

impl CircuitWord {
    pub(crate) const FIRST: CircuitWord =
        CircuitWord { state: CircuitState::Closed, generation: 0, count: 0, succeeded: 0 };

    /// Returns the start of the next generation.
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

/// A change of state. Changes are numbered by the generation that each of them begins, without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) generation: u32,
    pub(crate) from: CircuitState,
    pub(crate) to: CircuitState,
}
