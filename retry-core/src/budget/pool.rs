//! What deposits have saved, with the age of every part of it.
//!
//! Two counters only ever grow: what was deposited, and what of it is spent, by a withdrawal or by age. The oldest is
//! spent first, so the balance is their difference, and *expiry is a position*: everything below what had been
//! deposited at the start of the oldest slot that still counts.
//!
//! **Nothing is granted twice.** A withdrawal moves `spent` by compare-and-swap from a value that it has seen, to one
//! not above a `deposited` that it has seen afterwards; `deposited` only grows. So `spent` never passes `deposited`,
//! whatever the interleaving, and each unit between the two is taken by exactly one withdrawal. Expiry moves `spent`
//! in the same way and in the same direction.
//!
//! **Nothing lives too long.** Time comes in slots. Whoever first comes in a new one notes where `deposited` stands and
//! lets the oldest expire. That takes a flag, so that one does it; the others do not wait: to them the slot has not
//! begun yet, as if they had read the clock a moment earlier. The work is bounded by the number of slots, not by the
//! time that has passed.
//!
//! **A full pool is told by one load.** Being full is noted in the word that holds `spent`, with the slot, by a
//! compare-and-swap from the value by which it was found full. Every withdrawal and every expiry replaces that value,
//! so the note cannot outlive its truth, but by an expiry that nobody has noticed yet.

use crate::runtime::sync::{AtomicBool, AtomicU64, Ordering};

/// Units of a token. Decimal, so that the ratios that people write are exact; more than 23 bits of fraction.
pub(crate) const TOKEN: u64 = 10_000_000;

/// The most that a pool may hold, in tokens: far from where 48 bits of units would wrap.
pub(crate) const MAX_TOKENS: u64 = 10_000_000;

/// How many slots a life has. What is deposited expires within the last tenth of it.
pub(crate) const SLOTS: u64 = 10;

/// See the module's documentation. All amounts are in units.
#[derive(Debug)]
pub(crate) struct Pool {
    /// All that was ever deposited; it wraps.
    deposited: AtomicU64,
    /// The low 48 bits of all that was ever spent; above them the slot in which the pool was found full, or 0.
    spent: AtomicU64,
    /// The latest slot that has begun; 0 before the first.
    slot: AtomicU64,
    /// Whether somebody lets a slot begin.
    is_turning: AtomicBool,
    /// `deposited` at the start of each of the last slots, by the slot's number modulo their count. Only whoever
    /// turns writes here.
    starts: [AtomicU64; SLOTS as usize],
}

const POSITION: u64 = (1 << 48) - 1;

/// The mark of a slot beside a position: never 0.
const fn mark(slot: u64) -> u64 {
    (slot % 0xFFFF + 1) << 48
}

/// What is between the two counters, given that `deposited` was read after `spent`.
const fn difference(deposited: u64, spent: u64) -> u64 {
    deposited.wrapping_sub(spent) & POSITION
}

impl Pool {
    pub(crate) const fn new() -> Pool {
        Pool {
            deposited: AtomicU64::new(0),
            spent: AtomicU64::new(0),
            slot: AtomicU64::new(0),
            is_turning: AtomicBool::new(false),
            starts: [const { AtomicU64::new(0) }; SLOTS as usize],
        }
    }

    /// Whether it was found full in any slot, and nothing has been spent since.
    #[inline]
    pub(crate) fn was_full(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > POSITION
    }

    /// Whether it was found full in this slot, and nothing has been spent since.
    pub(crate) fn is_full_in(&self, slot: u64) -> bool {
        self.spent.load(Ordering::Relaxed) & !POSITION == mark(slot)
    }

    pub(crate) fn balance(&self) -> u64 {
        let spent = self.spent.load(Ordering::Acquire);
        difference(self.deposited.load(Ordering::Acquire), spent)
    }

    /// Adds `units`, or as many as there is room for below `limit`.
    ///
    /// A full pool takes them in the place of its oldest, until a tenth of it is of this slot: so what calls that go
    /// on have filled does not expire all at once. Then it is noted that there is nothing to do for this slot.
    pub(crate) fn deposit(&self, units: u64, limit: u64, slot: u64) {
        loop {
            let spent = self.spent.load(Ordering::Acquire);
            let deposited = self.deposited.load(Ordering::Acquire);
            let balance = difference(deposited, spent);
            let units = units.min(limit);
            if balance < limit {
                let sum = deposited.wrapping_add(units.min(limit - balance));
                if replace(&self.deposited, deposited, sum) {
                    return;
                }
            } else if self.since_start_of(slot, deposited) < limit / SLOTS {
                if replace(&self.spent, spent, spent.wrapping_add(units) & POSITION) {
                    return self.add(units);
                }
            } else if replace(&self.spent, spent, spent & POSITION | mark(slot)) {
                return;
            }
        }
    }

    /// What this slot has seen deposited. It may be any amount if the slot is over: it decides no more than which of
    /// two tokens is kept.
    fn since_start_of(&self, slot: u64, deposited: u64) -> u64 {
        deposited.wrapping_sub(self.start(slot).load(Ordering::Relaxed))
    }

    /// Adds `units` that were within a limit elsewhere.
    pub(crate) fn add(&self, units: u64) {
        self.deposited.fetch_add(units, Ordering::AcqRel);
    }

    /// Takes `units`, all or none.
    ///
    /// # Errors
    /// How many are missing.
    pub(crate) fn withdraw(&self, units: u64) -> Result<(), u64> {
        loop {
            let spent = self.spent.load(Ordering::Acquire);
            let balance = difference(self.deposited.load(Ordering::Acquire), spent);
            if balance < units {
                return Err(units - balance);
            }
            if replace(&self.spent, spent, spent.wrapping_add(units) & POSITION) {
                return Ok(());
            }
        }
    }

    /// Lets `slot` begin, unless it has, and what is too old for it expire.
    pub(crate) fn turn_to(&self, slot: u64) {
        if slot <= self.slot.load(Ordering::Acquire) || self.is_turning.swap(true, Ordering::Acquire) {
            return;
        }
        let last = self.slot.load(Ordering::Relaxed);
        if slot > last {
            self.begin(slot, last);
            self.slot.store(slot, Ordering::Release);
        }
        self.is_turning.store(false, Ordering::Release);
    }

    /// The slots after `last`, up to `slot`, begin where `deposited` stands now.
    fn begin(&self, slot: u64, last: u64) {
        let deposited = self.deposited.load(Ordering::Acquire);
        let first = (last + 1).max(slot.saturating_sub(SLOTS - 1));
        for begun in first..=slot {
            self.start(begun).store(deposited, Ordering::Relaxed);
        }
        // The slot after this one takes the place of the oldest that counts.
        self.expire(self.start(slot + 1).load(Ordering::Relaxed));
    }

    fn start(&self, slot: u64) -> &AtomicU64 {
        &self.starts[(slot % SLOTS) as usize]
    }

    /// Spends everything below `position`.
    fn expire(&self, position: u64) {
        loop {
            let spent = self.spent.load(Ordering::Acquire);
            let deposited = self.deposited.load(Ordering::Acquire);
            if difference(deposited, spent) <= deposited.wrapping_sub(position)
                || replace(&self.spent, spent, position & POSITION)
            {
                return;
            }
        }
    }
}

/// Whether `cell` held `old` and now holds `new`.
pub(super) fn replace(cell: &AtomicU64, old: u64, new: u64) -> bool {
    cell.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}
