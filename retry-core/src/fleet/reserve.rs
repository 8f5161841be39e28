//! The reserve of a retry budget that a fleet shares: tokens that accrue with time and are granted in chunks.

use super::members::{Members, ProcessId};
use super::rules::{MAX_NOW, Millis, Rules};

/// A time of the store's clock, in microseconds.
pub type Micros = u64;

/// The reserve of a fleet, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// A random number that tells this record from one that was lost.
    pub(super) epoch: u64,
    /// The time up to which the income is spent.
    pub(super) spent_until: Micros,
    pub(super) members: Members,
}

/// A claim of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The process.
    pub process: ProcessId,
    /// A random number below 2^48: the epoch of the reserve, if there is none yet.
    pub fresh: u64,
    /// The tokens that accrue in a second for the whole fleet.
    pub per_second: u32,
    /// The most tokens that the process wants. With 0 it only takes part.
    pub tokens: u32,
}

/// The answer to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The tokens, which are spent for the fleet whether or not the process uses them.
    pub tokens: u32,
    /// How many processes are live.
    pub live: u32,
    /// How long it takes until the next token is there; [`Rules::MAX_TIME`] if nothing accrues.
    pub next: Millis,
}

/// How long a process counts as live after a claim.
const RETENTION: Millis = 300_000;

/// How long a record lives after its last claim.
pub(super) const LIFE: Millis = 3_600_000;

/// A difference to the future from which on the clock is another one.
const LEAP: Micros = 1_000_000;

const SECOND: Micros = 1_000_000;

impl Reserve {
    /// Returns a reserve that is empty at `now`, at most 2^53 - 2^24.
    #[must_use]
    pub fn new(epoch: u64, now: Micros) -> Reserve {
        Reserve { epoch, spent_until: now.min(MAX_NOW), members: Members::default() }
    }
}

/// Runs one claim at `now`, at most 2^53 - 2^24, and returns what it grants.
///
/// A grant is at most the fair share of one second, and at least one token. No more than one grant accrues while nobody
/// claims, so the fleet gets at most `per_second · T` and one grant in any time T.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "times are below 2^54, no divisor is 0, and tokens of 32 bits times `SECOND` are below 2^52"
)]
pub fn claim(reserve: &mut Reserve, now: Micros, claim: Claim) -> Grant {
    let now = now.min(MAX_NOW);
    let millis = now / 1000;
    reserve.members.visit(claim.process);
    reserve.members.see(claim.process, millis, RETENTION);
    let live = reserve.members.live();
    let per_second = u64::from(claim.per_second);
    if per_second == 0 {
        return Grant { tokens: 0, live, next: Rules::MAX_TIME };
    }
    let share = (per_second / u64::from(live.max(1))).max(1);
    // The time in which a grant accrues.
    let accrues = (share * SECOND).div_ceil(per_second);
    // A clock that was set back far is another one.
    if reserve.spent_until > now + LEAP + accrues {
        reserve.spent_until = now;
    }
    let earliest = now.saturating_sub(accrues);
    let spent_until = reserve.spent_until.max(earliest);
    let available = now.saturating_sub(spent_until) * per_second / SECOND;
    let tokens = available.min(share).min(u64::from(claim.tokens));
    reserve.spent_until = spent_until + (tokens * SECOND).div_ceil(per_second);
    let next_at = reserve.spent_until + SECOND.div_ceil(per_second);
    let next = next_at.saturating_sub(now).div_ceil(1000);
    Grant { tokens: u32::try_from(tokens).unwrap_or(u32::MAX), live, next }
}

#[cfg(test)]
mod tests;
