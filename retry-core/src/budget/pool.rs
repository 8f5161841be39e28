//! The pool of a budget: the deposited tokens, with the age of each part.
//!
//! Two counters only grow: the units that were deposited, and the units that were spent, by a withdrawal or
//! by expiry. The oldest units are spent first. So the balance is the difference of the counters, and *expiry
//! is a position*: it spends all units below the value that `deposited` had at the start of the oldest slot
//! that still counts.
//!
//! **No unit is granted twice.** A withdrawal moves `spent` by compare-and-swap from a value that it has read
//! to a value not above a `deposited` that it has read afterwards, and `deposited` only grows. So `spent`
//! never exceeds `deposited`, whatever the interleaving, and exactly one withdrawal takes each unit between
//! the two. Expiry moves `spent` in the same way and in the same direction.
//!
//! **No unit lives too long.** Time is divided into slots. The first thread in a new slot records the value
//! of `deposited` and expires the oldest slot. A flag lets a single thread do this. The other threads do not
//! wait: for them the slot has not begun yet, as if they had read the clock a moment earlier. The work is
//! bounded by the number of slots, not by the time that has passed.
//!
//! **One load detects a full pool.** The word that holds `spent` also records the slot in which the pool was
//! found full. It is recorded by a compare-and-swap from the value with which the pool was found full. Every
//! withdrawal and every expiry replaces that value, so the record is wrong only after an expiry that no
//! thread has noticed yet.

use crate::runtime::sync::{AtomicBool, AtomicU64, Ordering};

/// The number of units in a token. It is a power of ten, so that the ratios that people write are exact, and
/// gives more than 23 bits of fraction.
pub(crate) const TOKEN: u64 = 10_000_000;

/// The most tokens that a pool may hold. Their units are far below the limit of 48 bits.
pub(crate) const MAX_TOKENS: u64 = 10_000_000;

/// The number of slots in the lifetime of a deposit. A deposit expires within the last tenth of its lifetime.
pub(crate) const SLOTS: u64 = 10;

/// The pool of a budget. See the module's documentation. All amounts are in units.
#[derive(Debug)]
pub(crate) struct Pool {
    /// All units that were ever deposited. The number wraps.
    deposited: AtomicU64,
    /// In the low 48 bits, all units that were ever spent. Above them, the mark of the slot in which the pool
    /// was found full, or 0.
    spent: AtomicU64,
    /// The latest slot that has begun; 0 before the first.
    slot: AtomicU64,
    /// Whether a thread is beginning a slot.
    is_turning: AtomicBool,
    /// The value of `deposited` at the start of each of the last slots, at the index of the slot's number
    /// modulo their count. Only the thread that has set `is_turning` writes here.
    starts: [AtomicU64; SLOTS as usize],
}

const POSITION: u64 = (1 << 48) - 1;

/// Returns the mark of a slot, which stands above a position and is never 0.
const fn mark(slot: u64) -> u64 {
    (slot % 0xFFFF + 1) << 48
}

/// Returns the units between the two counters, given that `deposited` was read after `spent`.
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

    /// Returns whether the pool was found full in any slot, and no unit has been spent since.
    #[inline]
    pub(crate) fn was_full(&self) -> bool {
        self.spent.load(Ordering::Relaxed) > POSITION
    }

    /// Returns whether the pool was found full in this slot, and no unit has been spent since.
    pub(crate) fn is_full_in(&self, slot: u64) -> bool {
        self.spent.load(Ordering::Relaxed) & !POSITION == mark(slot)
    }

    pub(crate) fn balance(&self) -> u64 {
        let spent = self.spent.load(Ordering::Acquire);
        difference(self.deposited.load(Ordering::Acquire), spent)
    }

    /// Adds `units`, or as many as there is room for below `limit`.
    ///
    /// In a full pool the units replace the oldest units, until a tenth of the pool is from this slot. So the
    /// units of ongoing calls do not all expire at once. Then the pool is marked as full, and no further
    /// deposit is needed in this slot.
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

    /// Returns the units that were deposited in this slot. If the slot is over, the result may be any amount.
    /// That does no harm, because the result decides only which of two tokens is kept.
    fn since_start_of(&self, slot: u64, deposited: u64) -> u64 {
        deposited.wrapping_sub(self.start(slot).load(Ordering::Relaxed))
    }

    /// Adds `units` that another limit has admitted already.
    pub(crate) fn add(&self, units: u64) {
        self.deposited.fetch_add(units, Ordering::AcqRel);
    }

    /// Withdraws all of `units` or none.
    ///
    /// # Errors
    /// Returns the number of missing units if the balance is too small.
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

    /// Begins `slot`, unless it has begun already, and expires the units that are too old for it.
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

    /// Begins the slots after `last`, up to `slot`, at the current value of `deposited`.
    fn begin(&self, slot: u64, last: u64) {
        let deposited = self.deposited.load(Ordering::Acquire);
        let first = (last + 1).max(slot.saturating_sub(SLOTS - 1));
        for begun in first..=slot {
            self.start(begun).store(deposited, Ordering::Relaxed);
        }
        // The slot after this one has the same index as the oldest slot that counts.
        self.expire(self.start(slot + 1).load(Ordering::Relaxed));
    }

    fn start(&self, slot: u64) -> &AtomicU64 {
        &self.starts[(slot % SLOTS) as usize]
    }

    /// Spends all units below `position`.
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

/// Replaces `old` by `new` and returns whether `cell` held `old`.
pub(super) fn replace(cell: &AtomicU64, old: u64, new: u64) -> bool {
    cell.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}
