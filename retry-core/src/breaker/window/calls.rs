//! The last so many calls, exactly.
//!
//! A call takes the next number from `head` by compare-and-swap and writes its result into the entry of that number.
//! Generation and number stand in both words: a call of an old generation cannot take a number, and one that was held
//! up before it wrote cannot write over a later call's entry. What is counted is what is written, each time anew, so
//! no count can drift away from the entries.
//!
//! **All good is told by one load.** `head` also holds how many calls in a row, up to now, went well. When that is the
//! whole window, another such call changes nothing in it, and is not written at all.

use std::boxed::Box;

use crate::breaker::window::tally::{CallResult, Tally};
use crate::runtime::sync::{AtomicU64, Ordering, fence};

/// See the module's documentation.
#[derive(Debug)]
pub(in crate::breaker) struct Calls {
    length: u16,
    head: AtomicU64,
    /// A power of two, so that numbers can wrap; at least `length`.
    entries: Box<[AtomicU64]>,
}

/// Numbers wrap at 24 bits.
const NUMBER: u64 = (1 << 24) - 1;

/// How many generations a call may be held up for, between the look at the circuit and here. No more than there can be
/// in that time: numbers wrap, and one that is further ahead is from before an outage of many generations.
const LATE: u16 = 64;

/// From the low end: the number of the next call (24 bits), how many of the generation are in the window (12), how many
/// in a row went well (12), the generation (16).
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

/// An entry: the result (2 bits), the number (24), the generation (16); bit 63 tells a written one from none.
const fn entry(generation: u16, number: u64, result: CallResult) -> u64 {
    1 << 63
        | (generation as u64) << 26
        | number << 2
        | (result.was_slow as u64) << 1
        | result.has_failed as u64
}

/// Whether the entry `found` is of a later call than `own`. Numbers wrap, and go on from one generation to the next; so
/// the sign of their difference tells.
const fn is_later(found: u64, own: u64) -> bool {
    const UNUSED: u32 = 64 - 24;
    let ahead = (found >> 2).wrapping_sub(own >> 2) << UNUSED;
    found != 0 && ahead != 0 && ahead >> 63 == 0
}

impl Calls {
    /// The longest window, by what a [`Head`] has room for.
    pub(in crate::breaker) const MAX: u32 = 4000;

    pub(super) fn new(length: u16) -> Calls {
        let entries = (0..length.next_power_of_two()).map(|_| AtomicU64::new(0)).collect();
        Calls { length, head: AtomicU64::new(0), entries }
    }

    /// Adds a call; what the window then holds, `None` if all in it went well.
    pub(super) fn add(&self, generation: u32, result: CallResult) -> Option<Tally> {
        let head = self.advance(generation as u16, result)?;
        self.write(entry(head.generation, head.number, result));
        // Of two that write at the same time, at least one has to see both.
        fence(Ordering::SeqCst);
        Some(self.tally())
    }

    /// Takes a number: the head as it was then. `None` if there is nothing to write.
    fn advance(&self, generation: u16, result: CallResult) -> Option<Head> {
        loop {
            let word = self.head.load(Ordering::Acquire);
            let mut head = Head::from_word(word);
            if head.generation != generation {
                if head.generation.wrapping_sub(generation) < LATE {
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

    fn write(&self, entry: u64) {
        let cell = &self.entries[self.index(entry >> 2)];
        let newer = |found| (!is_later(found, entry)).then_some(entry);
        // An error says that a later call has written there.
        let _ = cell.fetch_update(Ordering::AcqRel, Ordering::Acquire, newer);
    }

    const fn index(&self, number: u64) -> usize {
        (number & (self.entries.len() as u64 - 1)) as usize
    }

    /// What the entries say of the calls before `head`.
    fn tally(&self) -> Tally {
        let head = Head::from_word(self.head.load(Ordering::Acquire));
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

    #[test]
    fn an_outage_of_many_generations_leaves_nothing_behind() {
        for bit in 1..16 {
            let calls = Calls::new(10);
            calls.add(2, FAILED);
            let counted = calls.add(2 + (1 << bit), FAILED);
            assert_eq!(counted.map(|tally| tally.failures), Some(1), "2^{bit} generations later");
        }
    }

    #[test]
    fn what_is_late_counts_nothing() {
        let calls = Calls::new(10);
        calls.add(9, FAILED);
        assert_eq!(calls.add(8, FAILED), None);
        assert_eq!(calls.add(9, FAILED).map(|tally| tally.failures), Some(2));
    }
}
