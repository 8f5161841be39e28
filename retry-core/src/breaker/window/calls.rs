//! A window of the last calls, which counts exactly.
//!
//! A call takes the next number from `head` by compare-and-swap and writes its result into the entry of that
//! number. Both words contain the generation and the number. So a call of an old generation cannot take a
//! number, and a call that was delayed before it wrote cannot overwrite the entry of a later call. Each tally
//! is computed from the entries, so no count can drift away from them.
//!
//! **One load detects a window of good calls.** `head` also holds the number of consecutive good calls up to
//! now. When these fill the window, another good call changes nothing in it, and is not written.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "the numbers of a `Head` and the counts are below 2^24, and there is at least one entry"
)]

use std::boxed::Box;

use crate::breaker::window::tally::{CallResult, Tally};
use crate::runtime::sync::{AtomicU64, Ordering, fence};

/// A window of the last calls. See the module's documentation.
#[derive(Debug)]
pub(in crate::breaker) struct Calls {
    length: u16,
    head: AtomicU64,
    /// The entries: at least `length`, and a power of two, so that numbers can wrap.
    entries: Box<[AtomicU64]>,
}

/// The mask of a number, which wraps at 24 bits.
const NUMBER: u64 = (1 << 24) - 1;

/// The number of generations by which a call may be late, since it read the circuit. More cannot pass in that
/// time. Generation numbers wrap, so a head that is further ahead is an old one, from before an outage of
/// many generations. So is one that is ahead of the circuit.
const LATE: u16 = 64;

/// The word `head`. From the low end: the number of the next call (24 bits), the calls of the generation in
/// the window (12), the consecutive good calls (12), the generation (16).
#[derive(Clone, Copy)]
struct Head {
    generation: u16,
    good: u16,
    filled: u16,
    number: u64,
}

impl Head {
    const fn to_word(self) -> u64 {
        (self.generation as u64) << 48 | (self.good as u64) << 36 | (self.filled as u64) << 24 | self.number
    }

    const fn from_word(word: u64) -> Head {
        Head {
            generation: (word >> 48) as u16,
            good: (word >> 36) as u16 & 0xFFF,
            filled: (word >> 24) as u16 & 0xFFF,
            number: word & NUMBER,
        }
    }
}

/// Returns the word of an entry: the result (2 bits), the number (24), the generation (16). Bit 63 is set in
/// every entry that is written.
const fn entry(generation: u16, number: u64, result: CallResult) -> u64 {
    1 << 63
        | (generation as u64) << 26
        | number << 2
        | (result.was_slow as u64) << 1
        | result.has_failed as u64
}

/// Returns whether the entry `found` is of a later call than `own`. Numbers wrap and continue from one
/// generation to the next, so the sign of their difference decides.
const fn is_later(found: u64, own: u64) -> bool {
    const UNUSED: u32 = 64 - 24;
    let ahead = (found >> 2).wrapping_sub(own >> 2) << UNUSED;
    found != 0 && ahead != 0 && ahead >> 63 == 0
}

impl Calls {
    /// The length of the longest window that a [`Head`] has room for.
    pub(in crate::breaker) const MAX: u32 = 4000;

    pub(super) fn new(length: u16) -> Calls {
        let entries = (0..length.next_power_of_two()).map(|_| AtomicU64::new(0)).collect();
        Calls { length, head: AtomicU64::new(0), entries }
    }

    /// Adds a call. Returns the tally of the window, or `None` if all calls in it were good or this call is
    /// too late. `is_current` returns whether the circuit is still in the generation of the call.
    pub(super) fn add(
        &self,
        generation: u32,
        result: CallResult,
        is_current: impl Fn() -> bool,
    ) -> Option<Tally> {
        let head = self.advance(generation as u16, result, is_current)?;
        self.write(entry(head.generation, head.number, result));
        // Of two calls that write at the same time, at least one has to see both entries.
        fence(Ordering::SeqCst);
        Some(self.tally(self.head()))
    }

    /// Returns the tally of the calls of `generation`; without one, of the last generation that has counted a call.
    pub(super) fn tally_of(&self, generation: Option<u32>) -> Tally {
        let head = self.head();
        match generation {
            Some(generation) if generation as u16 != head.generation => Tally::default(),
            _ => self.tally(head),
        }
    }

    fn head(&self) -> Head {
        Head::from_word(self.head.load(Ordering::Acquire))
    }

    /// Takes a number and returns the head from before that, or `None` if there is nothing to write.
    fn advance(&self, generation: u16, result: CallResult, is_current: impl Fn() -> bool) -> Option<Head> {
        loop {
            let word = self.head.load(Ordering::Acquire);
            let mut head = Head::from_word(word);
            if head.generation != generation {
                if head.generation.wrapping_sub(generation) < LATE && !is_current() {
                    return None;
                }
                head = Head { generation, good: 0, filled: 0, ..head };
            }
            if result.is_good() && head.good == self.length {
                return None;
            }
            let next = Head {
                good: if result.is_good() { head.good + 1 } else { 0 },
                filled: (head.filled + 1).min(self.length),
                number: (head.number + 1) & NUMBER,
                ..head
            };
            if self.head.compare_exchange(word, next.to_word(), Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return Some(head);
            }
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "`index` keeps the bits below the number of entries, a power of two"
    )]
    fn write(&self, entry: u64) {
        let cell = &self.entries[self.index(entry >> 2)];
        let newer = |found| (!is_later(found, entry)).then_some(entry);
        // An error means that a later call has written the entry.
        let _ = cell.fetch_update(Ordering::AcqRel, Ordering::Acquire, newer);
    }

    const fn index(&self, number: u64) -> usize {
        (number & (self.entries.len() as u64 - 1)) as usize
    }

    /// Returns the tally of the calls before `head`.
    #[expect(
        clippy::indexing_slicing,
        reason = "`index` keeps the bits below the number of entries, a power of two"
    )]
    fn tally(&self, head: Head) -> Tally {
        let mut tally = Tally::default();
        for back in 1..=u64::from(head.filled) {
            let number = head.number.wrapping_sub(back) & NUMBER;
            let found = self.entries[self.index(number)].load(Ordering::Acquire);
            let result = CallResult { has_failed: found & 1 != 0, was_slow: found & 2 != 0 };
            if found == entry(head.generation, number, result) {
                tally.calls += 1;
                tally.failures += u64::from(result.has_failed);
                tally.slow += u64::from(result.was_slow);
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: CallResult = CallResult { has_failed: true, was_slow: false };

    /// The circuit is in a later generation.
    const IS_LATE: fn() -> bool = || false;

    #[test]
    fn an_outage_of_many_generations_leaves_nothing_behind() {
        for later in (1..16).map(|bit| 1 << bit).chain((1 << 16) - 2 * u32::from(LATE)..1 << 16) {
            let calls = Calls::new(10);
            calls.add(2, FAILED, || true);
            let counted = calls.add(2 + later, FAILED, || true);
            assert_eq!(counted.map(|tally| tally.failures), Some(1), "{later} generations later");
        }
    }

    #[test]
    fn a_late_call_is_not_counted() {
        let calls = Calls::new(10);
        calls.add(9, FAILED, IS_LATE);
        assert_eq!(calls.add(8, FAILED, IS_LATE), None);
        assert_eq!(calls.add(9, FAILED, IS_LATE).map(|tally| tally.failures), Some(2));
    }
}
