//! The states of a circuit, and the word that holds all of a circuit's state.

use core::fmt;

/// The state of a circuit breaker. It displays as its label.
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
    /// Returns the label of the state: the name of the variant in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::ForcedOpen => "forced_open",
            Self::Disabled => "disabled",
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
///
/// From the low end: the state (3 bits), the count (16), the trials that have ended (16), the openings (5), whether a
/// rule opened the circuit (1), the generation (23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CircuitWord {
    pub(crate) state: CircuitState,
    /// A number that grows by one with each change of state, modulo [`GENERATIONS`].
    pub(crate) generation: u32,
    /// In a closed circuit, the consecutive failures. In a half-open circuit, the trials that run or have ended. In a
    /// circuit that is forced open, 1 if this ends by itself.
    pub(crate) count: u16,
    /// In a half-open circuit, the trials that have ended, in the form of [`Trials`](super::recovery::Trials).
    pub(crate) ended: u16,
    /// How often the circuit has opened since it was closed, up to [`MAX_OPENINGS`].
    pub(crate) openings: u8,
    /// Whether the closed circuit was opened by its rules, which have counted the calls before.
    pub(crate) by_rule: bool,
}

/// The number of generations after which their numbers start again at 0.
pub(crate) const GENERATIONS: u32 = 1 << 23;

/// The number up to which openings are counted.
pub(crate) const MAX_OPENINGS: u8 = (1 << 5) - 1;

impl CircuitWord {
    pub(crate) const FIRST: CircuitWord = CircuitWord {
        state: CircuitState::Closed,
        generation: 0,
        count: 0,
        ended: 0,
        openings: 0,
        by_rule: false,
    };

    /// Returns the start of the next generation. A circuit that is open or half-open keeps the number of its openings
    /// until it is closed, or is controlled by hand.
    pub(crate) const fn next(self, state: CircuitState, count: u16) -> CircuitWord {
        let generation = self.generation.wrapping_add(1) % GENERATIONS;
        let fresh = CircuitWord { state, generation, count, ..CircuitWord::FIRST };
        match state {
            // In any other state than these two, nothing is counted.
            CircuitState::Open | CircuitState::HalfOpen => {
                CircuitWord { openings: self.openings, by_rule: self.by_rule, ..fresh }
            }
            _ => fresh,
        }
    }

    /// Returns the word without what was counted.
    pub(crate) const fn afresh(self) -> CircuitWord {
        let openings = if self.openings > 1 { 1 } else { self.openings };
        let count = if self.is_timed() { self.count } else { 0 };
        let CircuitWord { state, generation, .. } = self;
        CircuitWord { state, generation, count, openings, ..CircuitWord::FIRST }
    }

    /// Returns whether the circuit is forced open for a limited time.
    pub(crate) const fn is_timed(self) -> bool {
        matches!(self.state, CircuitState::ForcedOpen) && self.count != 0
    }

    pub(crate) const fn to_word(self) -> u64 {
        (self.generation as u64) << 41
            | (self.by_rule as u64) << 40
            | (self.openings as u64) << 35
            | (self.ended as u64) << 19
            | (self.count as u64) << 3
            | self.state as u64
    }

    pub(crate) const fn from_word(word: u64) -> CircuitWord {
        CircuitWord {
            state: CircuitState::from_bits(word & 7),
            generation: (word >> 41) as u32,
            count: (word >> 3) as u16,
            ended: (word >> 19) as u16,
            openings: (word >> 35) as u8 & MAX_OPENINGS,
            by_rule: word >> 40 & 1 != 0,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_every_part() {
        let full = CircuitWord {
            state: CircuitState::Disabled,
            generation: GENERATIONS - 1,
            count: u16::MAX,
            ended: u16::MAX,
            openings: MAX_OPENINGS,
            by_rule: true,
        };
        let first = CircuitWord::FIRST;
        for word in [
            first,
            full,
            CircuitWord { state: CircuitState::HalfOpen, ..first },
            CircuitWord { generation: full.generation, ..first },
            CircuitWord { count: full.count, ..first },
            CircuitWord { ended: full.ended, ..first },
            CircuitWord { openings: full.openings, ..first },
            CircuitWord { by_rule: true, ..first },
        ] {
            assert_eq!(CircuitWord::from_word(word.to_word()), word);
        }
        assert_eq!(full.next(CircuitState::Closed, 0), first, "generations wrap");
    }
}
