//! Tokens that come by themselves, as time passes, up to a limit.
//!
//! What has been earned is a position on a scale that time moves along; what was spent is another, kept. The reserve
//! is what lies between, and no more than the limit: so an hour of idling is one subtraction, as a second is. Spending
//! is a compare-and-swap of the one word, so nothing is spent twice.

use super::pool::{TOKEN, replace};
use crate::policy::nanos::Nanos;
use crate::runtime::sync::{AtomicU64, Ordering};

/// What comes, and how much of it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Income {
    /// In tokens.
    pub(crate) per_second: u32,
    /// In units.
    pub(crate) limit: u64,
}

impl Income {
    /// All that comes until `now`, on a scale that wraps; only differences mean something. It does not begin at 0, so
    /// that what was spent at the beginning of time does not look [`UNTOUCHED`].
    const fn until(self, now: Nanos) -> u64 {
        const NANOS_PER_SECOND: u128 = 1_000_000_000;
        const BEGINNING: u64 = 1 << 62;
        let income = now as u128 * self.per_second as u128 * TOKEN as u128 / NANOS_PER_SECOND;
        BEGINNING.wrapping_add(income as u64)
    }
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Reserve {
    /// Up to where the income is spent; [`UNTOUCHED`] before anything was.
    spent: AtomicU64,
}

/// The reserve starts full, whatever the clock says then.
const UNTOUCHED: u64 = 0;

impl Reserve {
    pub(crate) const fn new() -> Reserve {
        Reserve { spent: AtomicU64::new(UNTOUCHED) }
    }

    /// Units that can be spent at `now`.
    pub(crate) fn balance(&self, income: Income, now: Nanos) -> u64 {
        unspent(self.spent.load(Ordering::Acquire), income, now)
    }

    /// Takes `units`, all or none: whether it did.
    pub(crate) fn withdraw(&self, units: u64, income: Income, now: Nanos) -> bool {
        self.keep(income, now, |balance| balance.checked_sub(units))
    }

    /// Forgoes what is above `limit`.
    pub(crate) fn cut(&self, limit: u64, income: Income, now: Nanos) {
        self.keep(income, now, |balance| (balance > limit).then_some(limit));
    }

    /// Changes the balance to what `rest` makes of it; `false` if that is nothing.
    fn keep(&self, income: Income, now: Nanos, rest: impl Fn(u64) -> Option<u64>) -> bool {
        loop {
            let spent = self.spent.load(Ordering::Acquire);
            let Some(rest) = rest(unspent(spent, income, now)) else { return false };
            // The smallest amount there is, once in a wrap of the scale, keeps it from looking untouched.
            let position = income.until(now).wrapping_sub(rest).max(UNTOUCHED + 1);
            if replace(&self.spent, spent, position) {
                return true;
            }
        }
    }
}

/// What has come since `spent`. A clock behind another thread's finds nothing, never more.
const fn unspent(spent: u64, income: Income, now: Nanos) -> u64 {
    let since = income.until(now).wrapping_sub(spent);
    if spent == UNTOUCHED || since < 1 << 63 && since > income.limit {
        income.limit
    } else if since < 1 << 63 {
        since
    } else {
        0
    }
}
