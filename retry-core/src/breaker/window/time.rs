//! The calls of the last so long, by tenths.
//!
//! Each counter is one word that says itself what it counts: the generation and the tenth stand in it. To begin a new
//! tenth is to find another one's counter and to replace it, so nothing has to be cleared, however long nothing
//! happened; and a call that was held up finds a later counter and leaves it alone.

use super::{Course, Tally};
use crate::nanos::Nanos;
use crate::sync::{AtomicU64, Ordering, fence};

const TENTHS: u64 = 10;

/// See the module's documentation.
#[derive(Debug)]
pub(super) struct Periods {
    /// The last tenths, each by its number modulo their count.
    last: [Period; TENTHS as usize],
    /// The tag of the last call that went wrong: without one, there is nothing to add up.
    wrong: AtomicU64,
}

#[derive(Debug)]
struct Period {
    calls: Counter,
    failures: Counter,
    slow: Counter,
}

/// From the low end: the count (32 bits), the tenth (24), the generation (8).
#[derive(Debug)]
struct Counter(AtomicU64);

const COUNT: u64 = (1 << 32) - 1;

/// What a counter counts: generation and tenth, in the upper half of a word.
const fn tag(generation: u32, tenth: u64) -> u64 {
    ((generation & 0xFF) as u64) << 56 | (tenth & 0xFF_FFFF) << 32
}

/// Whether what the counter `found` counts is later than `tag`.
const fn is_later(found: u64, tag: u64) -> bool {
    let generations = (found >> 56).wrapping_sub(tag >> 56) as i8;
    let tenths = (found & !COUNT).wrapping_sub(tag) << 8;
    generations > 0 || generations == 0 && tenths != 0 && tenths >> 63 == 0
}

impl Period {
    const fn new() -> Period {
        Period { calls: Counter::new(), failures: Counter::new(), slow: Counter::new() }
    }
}

impl Counter {
    const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    /// Counts one more, unless the counter has gone on.
    fn add(&self, tag: u64) {
        let counted = |found: u64| {
            if found & !COUNT == tag {
                Some(found.saturating_add(1).min(tag | COUNT))
            } else {
                (!is_later(found, tag)).then_some(tag | 1)
            }
        };
        // An error says that it has gone on.
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, counted);
    }

    fn count(&self, tag: u64) -> u64 {
        let found = self.0.load(Ordering::Acquire);
        if found & !COUNT == tag { found & COUNT } else { 0 }
    }
}

impl Periods {
    pub(super) const fn new() -> Periods {
        Periods { last: [const { Period::new() }; TENTHS as usize], wrong: AtomicU64::new(0) }
    }

    /// The number of the tenth of `length` that `now` is in.
    pub(super) const fn number(now: Nanos, length: Nanos) -> u64 {
        now / (length / TENTHS)
    }

    /// Adds a call in `tenth`; what the window then holds, `None` if all in it went well.
    pub(super) fn add(&self, generation: u32, course: Course, tenth: u64) -> Option<Tally> {
        let (period, tag) = (self.period(tenth), tag(generation, tenth));
        // In this order, so that nobody ever reads more failures than calls.
        period.calls.add(tag);
        if course.has_failed {
            period.failures.add(tag);
        }
        if course.was_slow {
            period.slow.add(tag);
        }
        if !course.is_good() {
            let latest = |found| (!is_later(found, tag)).then_some(tag | 1);
            // An error says that there is a later one.
            let _ = self.wrong.fetch_update(Ordering::AcqRel, Ordering::Acquire, latest);
        }
        // Of two that count at the same time, at least one has to see both.
        fence(Ordering::SeqCst);
        self.has_gone_wrong(tag).then(|| self.tally(generation, tenth))
    }

    /// Whether a call in the window that ends with `tag` went wrong, or may have.
    fn has_gone_wrong(&self, tag: u64) -> bool {
        let wrong = self.wrong.load(Ordering::Acquire);
        let is_old = wrong == 0 || (wrong ^ tag) >> 56 != 0;
        let age = (tag.wrapping_sub(wrong & !COUNT) << 8) >> 40;
        !is_old && age < TENTHS
    }

    const fn period(&self, tenth: u64) -> &Period {
        &self.last[(tenth % TENTHS) as usize]
    }

    fn tally(&self, generation: u32, tenth: u64) -> Tally {
        let mut tally = Tally::default();
        for tenth in tenth.saturating_sub(TENTHS - 1)..=tenth {
            let (period, tag) = (self.period(tenth), tag(generation, tenth));
            tally.failures += period.failures.count(tag);
            tally.slow += period.slow.count(tag);
            tally.calls += period.calls.count(tag);
        }
        tally
    }
}
